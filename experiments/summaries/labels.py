"""What a table calls methods and networks."""

TITLES = {
    "logistic_regression": "Logistic regression",
    "nn_baseline": "NN baseline",
    "spen": "SPEN",
    "prlr": "PRLR",
    "chopps": "CHOPPS",
    "dvn": "DVN",
    "gan": "GAN",
    "lsgan": "LSGAN",
    "wgan_gp": "WGAN+GP",
    "ebgan": "EBGAN",
    "ldrsp": "LDRSP",
    "ldrsp_plus": "LDRSP+",
    "ldrsp_cross": "LDRSP+ cross-fitted",
}


CONTROLS = {
    "own": "D's own answer",
    "average": "mean of G and D's answer",
    "mirrored": "mean of G and its mirror image",
    "ensemble": "as many G, each of all rows",
}


NETWORKS = {"unet": "U-Net"}


def split_folder(folder: str) -> tuple[str, str]:
    """`ldrsp-unet` is method `ldrsp` with networks `unet`; `ldrsp` has networks ``."""
    method, _, networks = folder.partition("-")
    return method, networks


def run_flags(folder: str) -> list[str]:
    """What tells `experiments.run` to make a row of that folder, besides the task."""
    method, networks = split_folder(folder)
    return [f"--method={method}", *([f"--generator={networks}"] if networks else [])]


def row_label(folder: str, row: str, rows: int, network: str) -> str:
    """What a table calls a row, in the paper's words.

    Args:
      folder: The method's, `<method>[-<networks>]`.
      row: `generator`, `refined` or one of `CONTROLS`.
      rows: How many rows the method has; one that has but one goes by its name.
      network: What the table calls G, such as `FCN`.
    """
    method, networks = split_folder(folder)
    if networks:
        network = NETWORKS.get(networks, networks)
    if method == "baseline":
        return f"{network} baseline"
    title = TITLES.get(method, method)
    if row == "generator" and rows > 1:
        return f"{network} ({title})"
    if networks:
        title = f"{title}, G = {network}"
    return f"{CONTROLS[row]} ({title})" if row in CONTROLS else title
