"""The one port: headers, host names, pages, files from strangers, the description, and what listening says."""

import socket
from pathlib import Path

import httpx
import pytest

from agent_desktop.files import FileLinks
from agent_desktop.origins import Origins
from agent_desktop.server import CannotListen, listen
from history.core.vocabulary import ContentId, UserId
from tests.agent_desktop.center import TestCenter, running_center


async def test_pages_carry_the_policy_and_paths_lead_into_the_app(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, httpx.AsyncClient(base_url=center.address) as http:
        (tmp_path / "web" / "assets").mkdir()
        (tmp_path / "web" / "assets" / "a.js").write_text("1")
        (tmp_path / "secret.txt").write_text("secret")
        for path in ("/", "/wallboard", "/conversation/c-1"):
            page = await http.get(path)
            assert page.status_code == 200
            assert "<title>Switchroom</title>" in page.text
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "connect-src 'self' ws://127.0.0.1:8088" in policy
            assert page.headers["x-content-type-options"] == "nosniff"
        asset = await http.get("/assets/a.js")
        assert "immutable" in asset.headers["cache-control"]
        for path in ("/no.js", "/../secret.txt", "/%2e%2e/secret.txt", "/api/none", "/%00"):
            answer = await http.get(path)
            assert "secret" not in answer.text
            assert answer.status_code == (200 if path == "/%00" else 404)
        (tmp_path / "web" / "index.html").unlink()
        assert "make web" in (await http.get("/")).text
        assert (await http.get("/healthz")).json() == {"status": "ok"}


async def test_another_host_name_is_not_ours(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, httpx.AsyncClient(base_url=center.address) as http:
        assert (await http.get("/", headers={"host": "evil.example"})).status_code == 421
        port = center.address.rpartition(":")[2]
        assert (await http.get("/", headers={"host": f"localhost:{port}"})).status_code == 404
        assert (await http.get("/api/me", headers={"host": f"localhost:{port}"})).status_code == 404


async def test_a_cookie_is_kept_from_scripts_and_foreign_pages(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, httpx.AsyncClient(base_url=center.address) as http:
        wish = {"user": "ann", "password": center.passwords[UserId("ann")]}
        foreign = {"origin": "http://evil.example"}
        assert (await http.post("/api/sign-in", json=wish, headers=foreign)).status_code == 403
        answer = await http.post("/api/sign-in", json=wish)
        assert answer.json() == {"user": "ann", "name": "Ann Archer", "role": "agent"}
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert (await http.get("/api/me")).json()["user"] == "ann"
        for headers in (foreign, {}):
            assert (await http.post("/api/presence", json={"presence": "ready"}, headers=headers)).status_code == 403
        own = {"origin": center.address}
        assert (await http.post("/api/sign-out", headers=own)).status_code == 200
        assert (await http.get("/api/me")).status_code == 401


async def test_wrong_sign_ins_are_told_nothing_and_then_made_to_wait(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, httpx.AsyncClient(base_url=center.address) as http:
        answers = [await http.post("/api/sign-in", json={"user": "ann", "password": "no"}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        assert answers[-1].headers["retry-after"]
        unknown = await http.post("/api/sign-in", json={"user": "nobody", "password": "no"})
        assert unknown.json() == answers[0].json()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/presence", b"{"),
        ("/api/presence", b"[]"),
        ("/api/presence", b'{"presence": "asleep"}'),
        ("/api/presence", b'{"presence": "ready", "surplus": 1}'),
        ("/api/handlings/h/lines", b'{"client_message": "", "text": "x"}'),
        ("/api/tasks", b'{"client_message": "a", "queue": "tasks", "title": ""}'),
    ],
)
async def test_bad_input_gets_one_clear_sentence(tmp_path: Path, path: str, body: bytes) -> None:
    async with running_center(tmp_path) as center, httpx.AsyncClient(base_url=center.address) as http:
        http.headers.update(await token_of(center, "ann"))
        answer = await http.post(path, content=body)
        assert answer.status_code == 400
        assert answer.json()["reason"] == "malformed"
        halves = {"switchroom-tab": "12345678"}
        answer = await http.post("/api/presence", json={"presence": "ready"}, headers=halves)
        assert answer.status_code == 400
        assert "Switchroom-Request" in answer.json()["sentence"]
        huge = await http.post("/api/presence", content=b" " * 300_000)
        assert huge.status_code == 409


async def token_of(center: TestCenter, user: str) -> dict[str, str]:
    return {"authorization": f"Bearer {await center.desk.sign_in.make_token(UserId(user), 'test')}"}


async def test_a_strangers_file_is_a_download_from_another_host_name(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center:
        await center.mail_comes("m-1", "Bill", "See the bill.", b"<script>alert(1)</script>")
        await center.mail_comes("m-2", "Other", "No file.")
        async with httpx.AsyncClient(base_url=center.address, headers=await token_of(center, "sam")) as http:
            parts = (await http.get("/api/views/conversation/m-1")).json()["parts"]
            file = next(part for part in parts if part["type"] == "message_shown")["attachments"][0]
            assert (file["name"], file["size_bytes"]) == ("bill.html", 25)
            led = await http.get(file["address"])
            assert led.status_code == 303
            where = led.headers["location"]
            assert where.startswith("http://localhost:")
            given = await http.get(where)
            assert given.content == b"<script>alert(1)</script>"
            assert given.headers["content-disposition"].startswith("attachment")
            assert "sandbox" in given.headers["content-security-policy"]
            assert (await http.get(where.replace("localhost", "127.0.0.1"))).status_code == 404
            assert (await http.get(where[:-1] + ("0" if where[-1] != "0" else "1"))).status_code == 404
            assert (await http.get(file["address"].replace("m-1", "m-2"))).status_code == 404
        async with httpx.AsyncClient(base_url=center.address, headers=await token_of(center, "ben")) as http:
            assert (await http.get(file["address"])).status_code == 404


def test_a_link_is_good_for_a_minute_and_of_our_making() -> None:
    links = FileLinks(Origins(frozenset({"http://127.0.0.1:1"})))
    link = links.make(ContentId("abc"), 1_000).rpartition("/")[2]
    assert links.read(link, 60_999) == "abc"
    assert links.read(link, 61_000) is None
    assert FileLinks(links.origins).read(link, 1_000) is None
    assert links.read("nonsense", 1_000) is None
    assert links.is_here("127.0.0.1:1")


async def test_the_description_names_every_route(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, httpx.AsyncClient(base_url=center.address) as http:
        described = (await http.get("/api/openapi.json")).json()
        told = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
        there = {
            (method, getattr(route, "path", ""))
            for route in center.desk.inner.router.routes
            for method in (getattr(route, "methods", None) or set())
            if method != "HEAD"
        }
        assert there - told == {("GET", "/{path:path}"), ("GET", "/files/{link}")}
        assert told <= there
        names = set(described["components"]["schemas"])
        text = str(described)
        assert all(f"#/components/schemas/{name}" not in text or name in names for name in ("Answer", "Snapshot"))
        wish = described["paths"]["/api/offers/{offer}/accept"]["post"]
        assert "requestBody" not in wish


async def test_the_audit_log_is_the_administrators(tmp_path: Path) -> None:
    async with running_center(tmp_path) as center, httpx.AsyncClient(base_url=center.address) as http:
        await http.post("/api/sign-in", json={"user": "ann", "password": "no"})
        assert (await http.get("/api/audit", headers=await token_of(center, "sam"))).status_code == 404
        rows = (await http.get("/api/audit", headers=await token_of(center, "ada"))).json()
        acts = [row["act"] for row in rows]
        assert {"sign_in_refused", "denied", "token_made"} <= set(acts)
        denied = next(row for row in rows if row["act"] == "denied")
        assert (denied["user"], denied["subject"]) == ("sam", "GET /api/audit")
        older = await http.get(f"/api/audit?before={rows[0]['number']}", headers=await token_of(center, "ada"))
        assert older.json()[0]["number"] == rows[1]["number"]


def test_a_taken_port_is_told_in_one_sentence() -> None:
    first = listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    try:
        with pytest.raises(CannotListen, match=f"127.0.0.1:{port} is already taken"):
            listen("127.0.0.1", port)
        assert first.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
    finally:
        first.close()
    with pytest.raises(CannotListen, match="cannot be used"):
        listen("192.0.2.1", 0)


def test_origins() -> None:
    origins = Origins(frozenset({"http://127.0.0.1:1"}))
    assert origins.allows(None, by_cookie=False)
    assert not origins.allows(None, by_cookie=True)
    assert not origins.allows("null", by_cookie=False)
    assert origins.allows_socket({"host": "127.0.0.1:1"})
    assert not origins.allows_socket({"host": "evil.example"})
    assert not origins.is_files_host("127.0.0.1:1")
