from django.urls import path

from .views import document

app_name = "knowledge"
urlpatterns = [
    path("knowledge/<uuid:document_id>/", document, name="document"),
]
