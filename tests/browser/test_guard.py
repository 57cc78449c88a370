"""Does the guard of the browser tests see a request to another host?"""

from playwright.sync_api import Page


def test_a_request_to_another_host_is_stopped_and_recorded(page: Page, foreign_requests: list[str]) -> None:
    page.set_content('<img src="http://beacon.invalid/seen.png"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')
    page.evaluate("new Promise(done => { new WebSocket('ws://beacon.invalid/socket').onclose = () => done(null) })")
    page.evaluate("fetch('http://beacon.invalid/fetched').catch(() => null)")
    assert sorted(foreign_requests) == [
        "http://beacon.invalid/fetched",
        "http://beacon.invalid/seen.png",
        "ws://beacon.invalid/socket",
    ]
    foreign_requests.clear()
