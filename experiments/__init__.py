"""Commands and what they are made of; used from the checkout.

Layers, each of which may import those after it: the commands (modules of this
folder); `border`; `ablation` and `suite`; `reports`; `search`; `runs`; `fits`;
`configs` and `summaries`; `tasks`; `jobs`; `cli`.
"""
