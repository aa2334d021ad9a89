"""Commands and what they are made of; used from the checkout.

Layers, each of which may import those after it: the commands (modules of this
folder); `ablation`; `reports`; `search`; `runs`; `fits`; `configs` and `summaries`;
`tasks`; `jobs`; `cli`.
"""
