"""The dialogue core: Rasa, embedded in worker processes of ours.

`pool` and `frames` run in the front door and import no Rasa; `worker`, `engine`, `components`, `actions` and
`endpoint` run in the worker process. A worker holds no conversation: the state comes with each message and
goes back with the answer, so a worker can be killed and replaced at any moment.
"""
