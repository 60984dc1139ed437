"""Uploads a file through pyuploadcare, and prints how many bytes the service then has."""

import os
import sys

from pyuploadcare import Uploadcare

uploadcare = Uploadcare(
    public_key=os.environ["UPLOADCARE_PUBLIC_KEY"],
    secret_key=os.environ["UPLOADCARE_SECRET_KEY"],
    api_base=os.environ["UPLOADCARE_API_BASE"] + "/",
    upload_base=os.environ["UPLOADCARE_UPLOAD_BASE"] + "/",
)
with open(sys.argv[1], "rb") as file:
    print(uploadcare.upload(file).info["size"], "bytes")
