// Lists, inspects and deletes groups with @uploadcare/rest-client, and tells in JSON what it saw.

import { deleteGroup, fileInfo, groupInfo, listOfGroups, paginate } from '@uploadcare/rest-client'
import { each, settings } from './client.mjs'

async function listed(options) {
  const ids = []
  for await (const page of paginate(listOfGroups)(options, settings)) {
    ids.push(...page.results.map((group) => group.id))
  }
  return ids
}

async function inspected(uuid) {
  const { id, filesCount, files } = await groupInfo({ uuid }, settings)
  return { id, files_count: filesCount, files: files.map((file) => file && file.uuid) }
}

async function fileSeen(id) {
  const { uuid, originalFilename, size } = await fileInfo({ uuid: id, include: 'appdata' }, settings)
  return { uuid, name: originalFilename, size }
}

const groups = await listed({ limit: 100 })
const infos = await each(groups.slice(0, 12), inspected)
const told = {
  groups,
  newest_first: await listed({ ordering: '-datetime_created', limit: 40 }),
  from: await listed({ from: new Date('2020-01-05T04:00:00Z'), limit: 60 }),
  infos,
  files: await each(infos[11].files.filter(Boolean), fileSeen),
  deleted: groups[3],
}
await deleteGroup({ uuid: groups[3] }, settings)
console.log(JSON.stringify(told))
