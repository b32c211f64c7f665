"""Settings come from file, environment and flags, in that order, and are refused when unfit."""

from __future__ import annotations

from pathlib import Path

import pytest

from readingroom.app import settings
from readingroom.app.encoding import settings_from_json, settings_to_json
from readingroom.errors import Invalid


def test_defaults_are_closed(tmp_path: Path) -> None:
    found = settings.load(tmp_path, environment={"PATH": "/bin"})
    assert found.dicom.address == "127.0.0.1:11112"
    assert found.dicom.ae_title == "READINGROOM"
    assert found.http.address == "127.0.0.1:8042"
    assert found.http.login is True
    assert found.dicom.accept_any_ae is False


def test_later_sources_win(tmp_path: Path) -> None:
    (tmp_path / "readingroom.toml").write_text('[dicom]\nae_title = "FILE"\nreceivers = 3\nmax_pdu = 16384\n')
    environment = {"READINGROOM__DICOM__AE_TITLE": "ENV", "READINGROOM__DICOM__RECEIVERS": "4"}
    found = settings.load(tmp_path, environment=environment, flags={"dicom": {"ae_title": "FLAG"}})
    assert (found.dicom.ae_title, found.dicom.receivers, found.dicom.max_pdu) == ("FLAG", 4, 16384)


def test_a_secret_can_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("from a file\n")
    found = settings.load(tmp_path, environment={"READINGROOM__ACCESS__ADMIN_PASSWORD_FILE": str(secret)})
    assert found.access.admin_password == "from a file"
    assert "from a file" not in settings_to_json(found)


def test_children_get_the_same_settings(tmp_path: Path) -> None:
    flags = {"dicom": {"private_sop_classes": "1.2.3, 1.2.4"}, "http": {"login": "false"}}
    found = settings.load(tmp_path, environment={"PATH": "/bin"}, flags=flags)
    assert found.dicom.private_sop_classes == ("1.2.3", "1.2.4")
    assert settings_from_json(settings_to_json(found)) == found


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ({"dicom": {"ae_titel": "X"}}, "dicom.ae_titel"),
        ({"dcm": {"ae_title": "X"}}, "'dcm'"),
        ({"dicom": {"receivers": "many"}}, "dicom.receivers"),
        ({"dicom": {"receivers": "0"}}, "dicom.receivers"),
        ({"dicom": {"ae_title": "SEVENTEEN LETTERS"}}, "AE title"),
        ({"dicom": {"address": "11112"}}, "HOST:PORT"),
        ({"http": {"address": "localhost:http"}}, "HOST:PORT"),
        ({"http": {"login": "perhaps"}}, "http.login"),
        ({"dicom": {"max_pdu": "100"}}, "max_pdu"),
        ({"dicom": {"idle_seconds": "-1"}}, "dicom.idle_seconds"),
        ({"dicom": {"called_ae_titles": "GOOD,SEVENTEEN LETTERS"}}, "AE title"),
        ({"dicom": {"allowed_addresses": "10.0.0.0/8,10.0.0.300"}}, "10.0.0.300"),
        ({"dicom": {"transfer_syntaxes": "1.2.840.10008.1.2,1.2.3"}}, "1.2.3"),
        ({"dicom": {"identity": "perhaps"}}, "dicom.identity"),
        ({"dicom": {"identity_kinds": "password,kerberos"}}, "kerberos"),
        ({"dicom": {"listeners": "[{]"}}, "JSON"),
        ({"dicom": {"listeners": '{"address": ":1"}'}}, "must be tables"),
        ({"dicom": {"listeners": '[{"port": 104}]'}}, "'port'"),
        ({"dicom": {"listeners": '[{"ae_titles": ["X"]}]'}}, "HOST:PORT"),
        ({"dicom": {"tls_address": "0.0.0.0:2762"}}, "tls.certificate"),
        ({"tls": {"clients": "trust"}}, "tls.clients"),
        ({"log": {"level": "loud"}}, "log.level"),
    ],
)
def test_what_is_unfit_is_named(tmp_path: Path, flags: dict[str, dict[str, str]], named: str) -> None:
    with pytest.raises(Invalid, match=named):
        settings.load(tmp_path, environment={"PATH": "/bin"}, flags=flags)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "readingroom.toml").write_text("[dicom\n")
    with pytest.raises(Invalid, match=r"readingroom\.toml"):
        settings.load(tmp_path, environment={"PATH": "/bin"})
    with pytest.raises(Invalid, match=r"other\.toml"):
        settings.load(tmp_path, file=tmp_path / "other.toml", environment={"PATH": "/bin"})


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:80", "127.0.0.1", 80), ("[::1]:80", "::1", 80), ("pacs:0", "pacs", 0)],
)
def test_addresses(text: str, host: str, port: int) -> None:
    assert settings.split_address(text) == (host, port)


def test_more_listeners_are_tables_in_the_file_or_json_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "readingroom.toml").write_text("""
        [dicom]
        called_ae_titles = ["ARCHIVE"]
        transfer_syntaxes = ["1.2.840.10008.1.2.4.70", "*"]
        tls_address = "0.0.0.0:2762"
        [[dicom.listeners]]
        address = "[fd00::5]:104"
        ae_titles = ["SCANNER"]
        prefer_implicit_le = true
        [[dicom.listeners]]
        address = "10.0.0.5:104"
        transfer_syntaxes = ["1.2.840.10008.1.2"]
        tls = true
        [tls]
        certificate = "/etc/dicom.pem"
    """)
    found = settings.load(tmp_path, environment={"PATH": "/bin"})
    lossless, titles = ("1.2.840.10008.1.2.4.70", "*"), ("READINGROOM", "ARCHIVE")
    expected = [
        settings.ListenerSettings("127.0.0.1:11112", titles, lossless),
        settings.ListenerSettings("0.0.0.0:2762", titles, lossless, tls=True),
        settings.ListenerSettings("[fd00::5]:104", ("SCANNER",), lossless, prefer_implicit_le=True),
        settings.ListenerSettings("10.0.0.5:104", titles, ("1.2.840.10008.1.2",), tls=True),
    ]
    assert list(settings.dicom_listeners(found.dicom)) == expected
    assert settings_from_json(settings_to_json(found)) == found
    environment = {"READINGROOM__DICOM__LISTENERS": '[{"address": "10.0.0.5:105", "tls": "true"}]'}
    (last,) = settings.load(tmp_path, environment=environment).dicom.listeners
    assert last == settings.ListenerSettings("10.0.0.5:105", tls=True)


def test_there_is_one_listener_by_default(tmp_path: Path) -> None:
    (only,) = settings.dicom_listeners(settings.load(tmp_path, environment={"PATH": "/bin"}).dicom)
    assert only == settings.ListenerSettings("127.0.0.1:11112", ("READINGROOM",))
