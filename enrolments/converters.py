"""How a case is named in an address: VX-7K3M9, in capitals or not; anything else is no address."""


class ReferenceConverter:
    """Letters, digits and a hyphen: what nobody could be called never reaches the database."""

    regex = "[A-Za-z0-9-]{1,12}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value
