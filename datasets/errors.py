"""The one error that a fault of the data raises."""


class DataError(Exception):
    """A fault of the data that the user can mend.

    Its text is one sentence that names the file or thing at fault and the mend; a
    command line prints it as it is, without a traceback.
    """
