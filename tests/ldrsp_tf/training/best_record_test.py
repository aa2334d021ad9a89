from ldrsp_tf.training.resume import best_record


def test_best_record_is_the_earliest_of_the_largest_metric():
    records = [
        {"epoch": epoch, "validation": {"metric": metric}}
        for epoch, metric in enumerate([0.2, 0.7, 0.1, 0.7], start=1)
    ]
    records.insert(0, {"epoch": 0})
    assert best_record(records)["epoch"] == 2
    assert best_record(records[:1]) is None
    assert best_record([]) is None


def test_equal_metrics_are_compared_by_the_tie_breaker():
    records = [
        {"epoch": epoch, "validation": {"metric": metric, "tie_breaker": second}}
        for epoch, (metric, second) in enumerate(
            [(0.7, 0.1), (0.7, 0.3), (0.7, 0.3), (0.6, 0.9)], start=1
        )
    ]
    assert best_record(records)["epoch"] == 2
    # Of a version without one.
    before = {"epoch": 0, "validation": {"metric": 0.7}}
    assert best_record([before, *records])["epoch"] == 2
    assert best_record([before, {**before, "epoch": 1}])["epoch"] == 0
