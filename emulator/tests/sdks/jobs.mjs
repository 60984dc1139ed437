// Converts files, runs add-ons and keeps webhooks with @uploadcare/rest-client, and tells in JSON
// what it saw.

import {
  AddonName,
  ConversionType,
  addonExecutionStatus,
  addonJobPoller,
  conversionInfo,
  conversionJobPoller,
  conversionJobStatus,
  convert,
  createWebhook,
  deleteWebhook,
  listOfFiles,
  listOfWebhooks,
  updateWebhook,
} from '@uploadcare/rest-client'
import { settings } from './client.mjs'

const pollOptions = { interval: 1, timeout: 60_000 }

const { results } = await listOfFiles({ limit: 100 }, settings)
const uuidOf = (name) => results.find((file) => file.originalFilename === name).uuid
const [pdf, video, photo] = ['report (1).pdf', 'video.mp4', 'IMG_8919.jpeg'].map(uuidOf)

/** Runs a conversion to its end; gives its states, too. */
async function converted(options) {
  const states = []
  const onStatus = ({ status }) => states.push(status)
  const [job] = await conversionJobPoller({ ...options, onStatus, pollOptions }, settings)
  return { states, ...(await job) }
}

async function documentJob() {
  const path = `${pdf}/document/-/format/jpg/`
  const type = ConversionType.DOCUMENT
  const job = await converted({ type, paths: [path], store: true, saveInGroup: true })
  const { format } = await conversionInfo({ uuid: pdf }, settings)
  return {
    source: pdf,
    path: job.path,
    made: job.result.uuid,
    states: job.states,
    format: format.name,
    formats: format.conversionFormats.map(({ name }) => name),
    group: format.convertedGroups.jpg,
  }
}

async function videoJob() {
  const operations = '-/format/webm/-/size/640x360/add_padding/-/quality/best/-/cut/0:0:5.000/15/-/thumbs~2/'
  const paths = [`${video}/video/${operations}`]
  const job = await converted({ type: ConversionType.VIDEO, paths, store: false })
  return {
    source: video,
    path: job.path,
    made: job.result.uuid,
    states: job.states,
    group: job.result.thumbnailsGroupUuid,
  }
}

/** The short way, which leaves the waiting to the caller. */
async function convertedAtOnce() {
  const document = { type: ConversionType.DOCUMENT, paths: [`${pdf}/document/-/format/png/-/page/2/`] }
  const page = (await convert(document, settings)).result[0]
  const asked = await conversionJobStatus({ type: ConversionType.DOCUMENT, token: page.token }, settings)
  const clip = (await convert({ type: ConversionType.VIDEO, paths: [`${video}/video/`] }, settings)).result[0]
  return { page: asked.result.uuid, clip: clip.uuid, thumbnails: clip.thumbnailsGroupUuid }
}

async function problem() {
  const paths = [`${photo}/video/-/format/ogg/`]
  return (await converted({ type: ConversionType.VIDEO, paths })).error
}

async function addon(addonName, found, params) {
  const states = []
  let id
  const { result } = await addonJobPoller(
    {
      addonName,
      target: photo,
      params,
      onRun: ({ requestId }) => (id = requestId),
      onStatus: ({ status }) => states.push(status),
      pollOptions,
    },
    settings,
  )
  const status = await addonExecutionStatus({ addonName, requestId: id }, settings)
  return { states, result: status.result && { file_id: status.result.fileId }, found: found(result.data) }
}

async function webhooks() {
  const seen = ({ id, project, event, targetUrl, isActive, signingSecret }) => ({
    id,
    project,
    event,
    target_url: targetUrl,
    is_active: isActive,
    signing_secret: signingSecret,
  })
  const targetUrl = 'https://example.com/hook'
  const first = await createWebhook({ targetUrl, event: 'file.stored', isActive: true, signingSecret: '12345X' }, settings)
  const other = await createWebhook({ targetUrl, event: 'file.uploaded', isActive: false }, settings)
  const refused = await createWebhook({ targetUrl, event: 'file.uploaded' }, settings).catch((error) => error.message)
  const listed = (await listOfWebhooks({}, settings)).map(seen)
  const change = { id: first.id, targetUrl: 'https://example.com/new', event: 'file.info_updated' }
  const updated = await updateWebhook(change, settings)
  await deleteWebhook({ targetUrl }, settings)
  return { created: [seen(first), seen(other)], listed, refused, updated: seen(updated) }
}

const name = ({ Name }) => Name
const told = {
  document: await documentJob(),
  video: await videoJob(),
  at_once: await convertedAtOnce(),
  problem: await problem(),
  photo,
  addons: {
    aws_rekognition_detect_labels: await addon(AddonName.AWS_REKOGNITION_DETECT_LABELS, ({ Labels }) => Labels.map(name)),
    aws_rekognition_detect_moderation_labels: await addon(
      AddonName.AWS_REKOGNITION_DETECT_MODERATION_LABELS,
      ({ ModerationLabels }) => ModerationLabels.map(name),
    ),
    uc_clamav_virus_scan: await addon(AddonName.UC_CLAMAV_VIRUS_SCAN, ({ infected }) => infected, { purge_infected: true }),
    remove_bg: await addon(AddonName.REMOVE_BG, (data) => data.foreground_type, {
      crop: true,
      type_level: '2',
    }),
  },
  webhooks: await webhooks(),
}
console.log(JSON.stringify(told))
