from __future__ import annotations

import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from verbatim.errors import InputError
from verbatim.messages.sign import endpoint_secret, master_secret, secrets_in_use, signed_headers, verify
from verbatim.settings import Settings

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
# The example of the Standard Webhooks specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
BODY = b'{"test": 2432232314}'
SENT = datetime.fromtimestamp(1614265330, tz=UTC)


def test_the_signature_is_that_of_the_standards_reference_libraries() -> None:
    headers = signed_headers([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", BODY, now=SENT)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert verify(SECRET, headers, BODY, now=SENT) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"webhook-id": "other"}, "no signature"),
        ({"webhook-timestamp": str(int(SENT.timestamp()) + 1)}, "no signature"),
        ({"webhook-timestamp": "soon"}, "no number"),
        ({"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "no signature"),
        ({"webhook-signature": "v1,é"}, "no signature"),
        ({"webhook-signature": ""}, "no header 'webhook-signature'"),
    ],
)
def test_what_was_changed_on_its_way_is_refused(change: dict[str, str], said: str) -> None:
    headers = signed_headers([SECRET], "msg", BODY, now=SENT) | change
    with pytest.raises(InputError, match=said):
        verify(SECRET, headers, BODY, now=SENT)


def test_a_changed_body_and_an_old_message_are_refused() -> None:
    headers = signed_headers([SECRET], "msg", BODY, now=SENT)
    with pytest.raises(InputError, match="no signature"):
        verify(SECRET, headers, BODY + b" ", now=SENT)
    assert verify(SECRET, headers, BODY, now=SENT + timedelta(minutes=5))
    for off in (timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)):
        with pytest.raises(InputError, match="301 s off"):
            verify(SECRET, headers, BODY, now=SENT + off)


def test_the_secret_before_is_good_for_a_day_after_it_was_renewed(settings: Settings) -> None:
    first, second = (endpoint_secret(settings, "e", generation) for generation in (1, 2))
    assert secrets_in_use(settings, "e", 1, None, now=NOW) == (first,)
    assert secrets_in_use(settings, "e", 2, NOW, now=NOW + timedelta(hours=23)) == (second, first)
    assert secrets_in_use(settings, "e", 2, NOW, now=NOW + timedelta(hours=24)) == (second,)
    headers = signed_headers([second, first], "msg", BODY, now=NOW)
    assert verify(first, headers, BODY, now=NOW) == verify(second, headers, BODY, now=NOW) == "msg"


def test_secrets_depend_on_endpoint_generation_and_master() -> None:
    one, other = (Settings(secret_key=SecretStr(letter * 32)) for letter in "ab")
    made = [endpoint_secret(one, "e", 1), endpoint_secret(one, "f", 1), endpoint_secret(one, "e", 2),
            endpoint_secret(other, "e", 1)]  # fmt: skip
    assert len(set(made)) == 4
    assert endpoint_secret(one, "e", 1) == made[0]


def test_the_key_file_is_made_once_readable_by_its_owner_only(settings: Settings) -> None:
    first = master_secret(settings)
    path = settings.home / "secret.key"
    assert master_secret(settings) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in settings.home.iterdir()] == ["secret.key"]
    path.write_text("abc", encoding="ascii")
    with pytest.raises(InputError, match="damaged"):
        master_secret(settings)


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from verbatim.messages.sign import master_secret; "
        "from verbatim.settings import Settings; print(master_secret(Settings(home=Path(sys.argv[1]))).hex())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "home")], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    keys = {process.communicate()[0].strip() for process in started}
    assert len(keys) == 1
    assert len(keys.pop()) == 64
