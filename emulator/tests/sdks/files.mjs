// Does with files what @uploadcare/rest-client can do with them, and tells in JSON what it saw.

import {
  copyFileToLocalStorage,
  copyFileToRemoteStorage,
  deleteFile,
  deleteFiles,
  deleteMetadata,
  fileInfo,
  getMetadata,
  getMetadataValue,
  getTags,
  listOfFiles,
  paginate,
  replaceTags,
  searchFiles,
  storeFile,
  storeFiles,
  updateMetadata,
  updateTags,
} from '@uploadcare/rest-client'
import { each, settings } from './client.mjs'

const UNKNOWN = '00000000-0000-4000-8000-000000000000'

async function all(list, options) {
  const uuids = []
  for await (const page of paginate(list)(options, settings)) {
    uuids.push(...page.results.map((file) => file.uuid))
  }
  return uuids
}

const listed = (options) => all(listOfFiles, options)

async function fileSeen(id) {
  const file = await fileInfo({ uuid: id, include: 'appdata' }, settings)
  const { uuid, originalFilename, size, mimeType, isImage, metadata, tags, appdata } = file
  const infected = appdata?.uc_clamav_virus_scan?.data.infected ?? null
  const renamed = { original_filename: originalFilename, mime_type: mimeType, is_image: isImage }
  return { uuid, size, metadata, tags, infected, ...renamed }
}

async function batch(change, uuids) {
  const { result, problems } = await change({ uuids: [...uuids, UNKNOWN, '4j334o01-8bs3'] }, settings)
  return { uuids: result.map((file) => file.uuid).sort(), problems }
}

async function copied(uuid) {
  const source = `${uuid}/-/grayscale/`
  const local = await copyFileToLocalStorage({ source, store: true }, settings)
  const remote = async (options) =>
    (await copyFileToRemoteStorage({ source: uuid, target: 'backup', ...options }, settings)).result
  return {
    local: local.result.uuid,
    remote: await each([1, 2], () => remote({})),
    pattern: await remote({ pattern: '${filename}${ext}' }),
  }
}

async function noted(uuid) {
  const set = (key, value) => updateMetadata({ uuid, key, value }, settings)
  return {
    set: await set('a:b', 'größer'),
    changed: await set('a:b', 'kleiner'),
    other: await set('other', 'gone'),
    value: await getMetadataValue({ uuid, key: 'a:b' }, settings),
    deleted: (await deleteMetadata({ uuid, key: 'other' }, settings)) ?? null,
    all: await getMetadata({ uuid }, settings),
  }
}

async function tagged(uuid) {
  return {
    replaced: await replaceTags({ uuid, tags: ['dog', 'Cat'] }, settings),
    updated: await updateTags({ uuid, add: ['bird'], delete: ['dog'] }, settings),
    all: (await getTags({ uuid }, settings)).tags,
  }
}

async function searched() {
  const sort = [{ field: 'size', order: 'desc' }, { field: 'datetimeUploaded' }]
  const best = await searchFiles({ phrase: { originalFilename: 'dance' }, limit: 1 }, settings)
  const exact = { exact: { metadata: { 'a:b': ['kleiner'] } }, tags: { all: ['bird'] } }
  return {
    large: await all(searchFiles, { size: { gte: 1_000_000 }, sort, limit: 100 }),
    highlight: best.results[0].highlight.originalFilename,
    total: best.total,
    exact: (await searchFiles(exact, settings)).results.map((file) => file.uuid),
  }
}

async function refused() {
  try {
    await searchFiles({ size: { gt: 2, lt: 1 } }, settings)
  } catch (error) {
    return JSON.stringify(error.errors)
  }
}

const files = await listed({ limit: 100 })
const temporary = await listed({ stored: false, limit: 1000 })
const told = {
  files,
  newest_first: await listed({ ordering: '-datetime_uploaded', limit: 1000 }),
  stored: await listed({ stored: true, limit: 1000 }),
  temporary,
  removed: await listed({ removed: true, limit: 1000 }),
  from: await listed({ from: new Date('2020-01-05T00:00:00Z'), limit: 1000 }),
  count: (await listOfFiles({ limit: 1 }, settings)).total,
  totals: (await listOfFiles({ limit: 1 }, settings)).totals,
  infos: await each(files.slice(0, 12), fileSeen),
}
const stored = await storeFile({ uuid: temporary[0] }, settings)
told.stored_one = { uuid: stored.uuid, datetime_stored: stored.datetimeStored }
const removed = await deleteFile({ uuid: files.at(-1) }, settings)
told.removed_one = { uuid: removed.uuid, datetime_removed: removed.datetimeRemoved }
told.stored_many = await batch(storeFiles, temporary.slice(1, 4))
told.removed_many = await batch(deleteFiles, files.slice(-5, -1))
told.source = files[0]
told.copies = await copied(told.source)
told.metadata = await noted(told.source)
told.tags = await tagged(told.source)
told.search = await searched()
told.refused = await refused()
console.log(JSON.stringify(told))
