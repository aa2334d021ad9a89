"""Training on several devices and in several processes (`tf.distribute`).

`replicas` divides a batch among devices, `workers` lets one process decide for all.
May import `errors` alone.
"""
