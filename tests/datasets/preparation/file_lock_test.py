import threading

from datasets.preparation import file_lock


def test_the_second_holder_waits_for_the_first(tmp_path):
    path = tmp_path / "made.lock"
    order = []

    def second():
        with file_lock.hold_lock(path):
            order.append("second")

    thread = threading.Thread(target=second)
    with file_lock.hold_lock(path):
        thread.start()
        thread.join(timeout=0.2)
        assert thread.is_alive()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_the_lock_is_free_again_after_an_error(tmp_path):
    path = tmp_path / "made.lock"
    try:
        with file_lock.hold_lock(path):
            raise RuntimeError
    except RuntimeError:
        pass
    with file_lock.hold_lock(path):
        pass
