// The SDK, told where the emulator is.

import { UploadcareAuthSchema } from '@uploadcare/rest-client'

export const settings = {
  apiBaseURL: `${process.env.UPLOADCARE_API_BASE}/`,
  authSchema: new UploadcareAuthSchema({
    publicKey: process.env.UPLOADCARE_PUBLIC_KEY,
    secretKey: process.env.UPLOADCARE_SECRET_KEY,
  }),
}

/** Sees one item after the other. */
export async function each(list, see) {
  const seen = []
  for (const item of list) seen.push(await see(item))
  return seen
}
