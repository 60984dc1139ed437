// Uploads a file through @uploadcare/upload-client, and prints how many bytes the service then has.

import { readFileSync } from 'node:fs'
import { uploadFile } from '@uploadcare/upload-client'

const file = await uploadFile(readFileSync(process.argv[2]), {
  publicKey: process.env.UPLOADCARE_PUBLIC_KEY,
  baseURL: process.env.UPLOADCARE_UPLOAD_BASE,
  store: 'auto',
  fileName: 'file',
})
console.log(`${file.size} bytes`)
