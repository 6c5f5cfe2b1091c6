"""Somebody asks, and sees the answer come, whatever happens to their page meanwhile."""

from tests.page.visitor import Arrive, Visitor

HISTORY = "data => JSON.parse(data.textContent).history"
TITLES = """titles => titles === [...document.querySelectorAll('.conversations .open')]
    .map(link => link.textContent).join()"""


def script(words: int) -> str:
    return " ".join(f"w{number}" for number in range(words))


def test_a_question_is_answered_while_one_looks_on(alice: Visitor) -> None:
    alice.open()

    alice.say("words=60 rate=60")

    alice.see("w5")
    assert alice.replies("streaming").count() == 1
    assert alice.answer() == script(60)
    assert alice.said() == ["words=60 rate=60"]


def test_a_message_is_there_before_the_server_has_it(alice: Visitor) -> None:
    alice.open()
    alice.page.route("**/api/**", lambda route: None)

    alice.say("words=1")

    alice.page.locator('article[data-role="user"][data-status="sending"]').wait_for()
    assert alice.said() == ["words=1"]
    assert alice.page.locator("textarea").input_value() == ""
    alice.page.unroute_all(behavior="ignoreErrors")


def test_the_first_question_gives_the_conversation_its_address_and_its_place(alice: Visitor) -> None:
    alice.open()

    alice.ask("words=1 please")

    alice.page.locator(".conversations").get_by_text("words=1 please").wait_for()
    assert alice.page.url.startswith(f"{alice.base_url}/c/")
    assert alice.page.locator('.conversations [aria-current="page"]').inner_text() == "words=1 please"


def test_an_example_is_asked_by_one_click(alice: Visitor) -> None:
    alice.open()
    example = alice.page.locator(".example").first.inner_text()

    alice.page.locator(".example").first.click()

    assert alice.answer() == example
    assert alice.said() == [example]


def test_a_refresh_in_the_middle_goes_on_in_the_middle(alice: Visitor) -> None:
    alice.open()
    alice.say("words=400 rate=50")
    alice.see("w180")

    alice.page.reload(wait_until="commit")
    served = alice.page.locator("script#page").evaluate(HISTORY)["items"][1]

    assert served["status"] == "streaming"
    assert served["text"].startswith("w0 w1 w2 ")
    assert alice.answer() == script(400)


def test_a_refresh_leaves_every_message_as_it_was(alice: Visitor) -> None:
    alice.open()
    alice.ask("words=30 rate=100")
    alice.ask("<b>Two\n  lines</b> & more")
    before = alice.articles()

    alice.page.reload()

    assert alice.articles() == before
    assert alice.said()[1] == "<b>Two\n  lines</b> & more"


def test_what_was_streamed_is_what_a_refresh_shows_with_markdown_and_sources(alice: Visitor) -> None:
    alice.open()
    alice.start("knowledge")
    alice.ask("How does a homing pigeon find its loft, with a letter in the capsule?")
    before = alice.articles()

    alice.page.reload()

    assert alice.articles() == before
    assert alice.page.locator(".sources a").first.get_attribute("href")
    assert alice.page.locator(".answer .highlight, .answer blockquote, .answer li").count()


def test_a_source_opens_where_it_says_so(alice: Visitor) -> None:
    alice.open()
    alice.start("knowledge")
    alice.ask("What do pigeons eat?")

    alice.page.locator(".sources a").first.click()

    alice.see("Pigeons eat grain, peas and <seeds>")
    assert "/knowledge/" in alice.page.url


def test_a_second_tab_sees_it_live(alice: Visitor) -> None:
    alice.open()
    alice.ask("words=1")
    tab = alice.new_tab()

    alice.say("words=200 rate=40")

    alice.see("w9", tab=tab)
    assert alice.replies("streaming", tab=tab).count() == 1
    alice.answer(1)
    alice.replies("complete", tab=tab).nth(1).wait_for()
    assert alice.replies(tab=tab).nth(1).locator(".answer").inner_text() == script(200)


def test_another_conversation_moves_to_the_top_while_one_looks_on(alice: Visitor) -> None:
    alice.open()
    alice.ask("words=1 older")
    tab = alice.new_tab()
    alice.open()
    alice.ask("words=1 newer")
    tab.wait_for_function(TITLES, arg="words=1 newer,words=1 older")

    alice.page.locator(".conversations").get_by_text("words=1 older").click()
    alice.page.wait_for_url(tab.url)
    alice.ask("words=1")

    tab.wait_for_function(TITLES, arg="words=1 older,words=1 newer")


def test_several_questions_at_once_are_answered_in_their_order(alice: Visitor) -> None:
    alice.open()

    alice.say("words=20 rate=100")
    alice.say("words=10 rate=100")
    alice.say("words=5 rate=100")

    assert [alice.answer(number) for number in range(3)] == [script(20), script(10), script(5)]
    roles = alice.page.eval_on_selector_all("article", "all => all.map(one => one.dataset.role)")
    assert roles == ["user", "assistant"] * 3


def test_an_answer_that_failed_says_why(alice: Visitor) -> None:
    alice.open()

    alice.say("words=50 rate=100 fail_after=10")

    alice.replies("failed").wait_for()
    assert alice.replies().locator(".answer").inner_text() == script(10)
    assert alice.replies().locator(".error").inner_text()


def test_somebody_else_sees_nothing_of_it(alice: Visitor, arrive: Arrive) -> None:
    alice.open()
    alice.ask("words=1")
    bob = arrive()
    bob.open()
    bob.ask("words=1")

    bob.page.goto(alice.page.url)

    assert bob.page.get_by_role("heading").inner_text() == "There is nothing here"
    assert bob.complaints.pop().startswith(
        "Failed to load resource: the server responded with a status of 404"
    )
