from .document import DocumentAdmin
from .job import JobAdmin

__all__ = ["DocumentAdmin", "JobAdmin"]
