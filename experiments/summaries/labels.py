"""Labels of methods, outputs and networks in tables."""

TITLES = {
    "logistic_regression": "Logistic regression",
    "nn_baseline": "NN baseline",
    "spen": "SPEN",
    "prlr": "PRLR",
    "prlr_without_norms": "PRLR without norms (control)",
    "chopps": "CHOPPS",
    "chopps_location": "CHOPPS with location",
    "dvn": "DVN",
    "dvn_unet": "DVN, D = U-Net",
    "gan": "GAN",
    "lsgan": "LSGAN",
    "wgan_gp": "WGAN+GP",
    "ebgan": "EBGAN",
    "ldrsp": "LDRSP",
    "ldrsp_plus": "LDRSP+",
    "ldrsp_cross": "LDRSP+ cross-fitted",
    "auto": "auto",
}


CONTROLS = {
    "own": "D's own prediction",
    "average": "mean of G and D's prediction",
    "own_pretrained": "D's own prediction before Eq. 10",
    "average_pretrained": "mean of G and that of D before Eq. 10",
    "mirrored": "mean of G and its mirror image",
    "ensemble": "ensemble of G, each trained on all rows",
}


NETWORKS = {"unet": "U-Net", "value": "value network"}

# The setting that chooses networks of D; all others are of G.
_OF_DISCRIMINATORS = ("value",)


def split_folder(folder: str) -> tuple[str, str]:
    """Splits a method's folder into the method and its networks.

    `ldrsp-unet` is method `ldrsp` with networks `unet`; `ldrsp` has the task's own
    networks, named by an empty string.
    """
    method, _, networks = folder.partition("-")
    return method, networks


def network_settings(folder: str) -> dict[str, str]:
    """Returns the settings of a folder's networks; empty for the task's own.

    `ldrsp-unet-value` has both: networks of G and of D.

    Args:
      folder: The method's folder, `<method>[-<networks>]`.
    """
    names = filter(None, split_folder(folder)[1].split("-"))
    return {
        "discriminator" if name in _OF_DISCRIMINATORS else "generator": name
        for name in names
    }


def run_flags(folder: str) -> list[str]:
    """Returns the flags of `experiments.run` for a folder's method and networks.

    Args:
      folder: The method's folder, `<method>[-<networks>]`.
    """
    networks = [f"--{name}={v}" for name, v in network_settings(folder).items()]
    return [f"--method={split_folder(folder)[0]}", *networks]


def row_label(folder: str, outputs: str, rows: int, network: str) -> str:
    """Returns the label of a table's row, in the paper's words.

    Args:
      folder: The method's folder, `<method>[-<networks>]`.
      outputs: The outputs that the row is about: `generator`, `refined` or one of
        `CONTROLS`.
      rows: The number of rows of the method; a single row is labeled with the method.
      network: The table's name of G's architecture, such as `FCN`.
    """
    method, networks = split_folder(folder)[0], network_settings(folder)
    title = TITLES.get(method, method)
    if "discriminator" in networks:
        title = f"{title}, D = {NETWORKS[networks['discriminator']]}"
    if "generator" in networks:
        network = NETWORKS.get(networks["generator"], networks["generator"])
    if method == "baseline":
        return f"{network} baseline"
    if outputs == "generator" and rows > 1:
        return f"{network} ({title})"
    if "generator" in networks:
        title = f"{title}, G = {network}"
    return f"{CONTROLS[outputs]} ({title})" if outputs in CONTROLS else title
