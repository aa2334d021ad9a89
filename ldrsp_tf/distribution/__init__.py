"""Training on several devices and in several processes (`tf.distribute`).

`replicas` divides a batch among devices, `workers` broadcasts one process's decisions.
May import `errors` alone.
"""
