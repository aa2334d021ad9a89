import os
import signal
import threading

import pytest

from experiments.cli.errors import one_sentence_errors
from experiments.cli.interruption import (
    ENDING,
    Interrupted,
    exit_status,
    signals_interrupt,
    signals_wait,
)

_EACH = pytest.mark.parametrize("number", ENDING)


@pytest.fixture(autouse=True)
def _handlers():
    """Sets the handlers of a command, and checks that they are there again."""
    before = {number: signal.getsignal(number) for number in ENDING}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    for number, handler in before.items():
        signal.signal(number, handler)


def _send(number):
    os.kill(os.getpid(), number)


@_EACH
def test_a_signal_interrupts_at_once(number):
    reached = False
    with pytest.raises(Interrupted) as error, signals_interrupt():
        _send(number)
        reached = True
    assert not reached
    assert exit_status(error.value) == 128 + number


@_EACH
def test_a_signal_waits(number):
    with (
        pytest.raises(Interrupted) as error,
        signals_interrupt(),
        signals_wait() as is_,
    ):
        assert not is_()
        _send(number)
        _send(number)
        assert is_()
    assert error.value.number == number


def test_a_stopped_training_tells_which_signal_it_was():
    with pytest.raises(Interrupted) as error, signals_wait() as should_stop:
        _send(signal.SIGTERM)
        assert should_stop()
        raise KeyboardInterrupt
    assert error.value.number == signal.SIGTERM
    with pytest.raises(KeyboardInterrupt) as plain, signals_wait():
        raise KeyboardInterrupt
    assert exit_status(plain.value) == 130


def _swallow(number):
    try:
        _send(number)
    except BaseException:
        return


@_EACH
def test_a_signal_that_was_swallowed_counts_before_the_next_training(number):
    reached = []
    with pytest.raises(Interrupted), signals_interrupt():
        _swallow(number)
        reached.append("between")
        with signals_wait():
            reached.append("training")
    assert reached == ["between"]


def test_what_is_ignored_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with signals_interrupt(), signals_wait() as should_stop:
        _send(signal.SIGINT)
        assert not should_stop()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_other_threads_have_no_signals():
    reached = []

    def work():
        with signals_interrupt(), signals_wait() as should_stop:
            reached.append(should_stop())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert reached == [False]


@pytest.mark.parametrize(("number", "status"), zip(ENDING, (130, 143)))
def test_a_command_ends_by_one_sentence(number, status, capsys):
    with pytest.raises(SystemExit) as end, one_sentence_errors(kept="the tenth"):
        _send(number)
    assert end.value.code == status
    assert capsys.readouterr().err == (
        "\nStopped; the same command goes on from the tenth.\n"
    )
