// Uploads in each way that @uploadcare/upload-client has, and tells in JSON what it saw.

import { createHash, createHmac, randomBytes } from 'node:crypto'
import { UploadClient } from '@uploadcare/upload-client'
import { each } from './client.mjs'

const base = process.env.UPLOADCARE_UPLOAD_BASE
const secureExpire = String(Math.floor(Date.now() / 1000) + 600)
const client = new UploadClient({
  publicKey: process.env.UPLOADCARE_PUBLIC_KEY,
  baseURL: base,
  secureExpire,
  secureSignature: createHmac('sha256', process.env.UPLOADCARE_SECRET_KEY).update(secureExpire).digest('hex'),
  multipartMinFileSize: 11_000_000,
})
const details = { metadata: { pet: 'cat', 'a:b': 'größer' }, tags: ['Cat', 'dog'] }

function sent(file, name, content) {
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { uuid: file.uuid, name, size: content.length, sha256 }
}

async function uploaded(name, content, options) {
  const file = await client.uploadFile(content, { fileName: name, ...options })
  return sent(file, name, content)
}

async function fromUrl(url, options) {
  const { token } = await client.fromUrl(url, { ...details, store: true, ...options })
  for (;;) {
    const told = await client.fromUrlStatus(token)
    if (!['waiting', 'progress'].includes(told.status)) return told
  }
}

async function refused(send) {
  try {
    await send()
  } catch (error) {
    return { code: error.code, message: error.message }
  }
}

const told = {
  direct: await uploaded('größe 1.txt', Buffer.from('hello'), { store: true, ...details }),
  multipart: await uploaded('large.bin', randomBytes(11_000_001), { store: true, ...details }),
  together: await each([['größe 1.txt', 'hello'], ['other.txt', '1']], ([name, text]) =>
    uploaded(name, Buffer.from(text), { store: false }),
  ),
}
const url = `${base}/_emulator/content/${told.multipart.uuid}`
told.from_url = (await fromUrl(url, { fileName: 'got.bin', saveUrlForRecurrentUploads: true })).uuid
told.duplicate = (await client.fromUrl(url, { checkForUrlDuplicates: true })).uuid
const group = await client.group([told.from_url, `${told.direct.uuid}/-/crop/10x10/`])
told.group = { id: group.id, count: (await client.groupInfo(group.id)).filesCount }
told.info = (await client.info(told.direct.uuid)).originalFilename
told.refused = await refused(() => client.base(Buffer.from('x'), { secureSignature: 'wrong' }))
console.log(JSON.stringify(told))
