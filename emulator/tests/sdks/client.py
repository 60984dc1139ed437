"""The SDK, told where the emulator is."""

import os

from pyuploadcare import Uploadcare

uploadcare = Uploadcare(
    public_key=os.environ["UPLOADCARE_PUBLIC_KEY"],
    secret_key=os.environ["UPLOADCARE_SECRET_KEY"],
    api_base=os.environ["UPLOADCARE_API_BASE"] + "/",
    upload_base=os.environ["UPLOADCARE_UPLOAD_BASE"] + "/",
    signed_uploads=True,
)
