// What a Node program does with uploadcare.mjs.
//
//     commands.mjs list              all groups; requests are signed here, and logged on stderr
//     commands.mjs upload NAME SIZE  stdin, in parts
//     commands.mjs interrupt         Ctrl-C stops the first call; the second goes on
//     commands.mjs raise             each callback throws something
//
// While a synchronous call blocks its thread, Node runs no handler of a signal there. Without a
// handler Ctrl-C ends the program at once, as ever. A program that is to go on makes its calls in a
// worker: the main thread hears Ctrl-C, and sets a flag in shared memory that `tick` looks at.

import { createHmac } from 'node:crypto'
import { readSync } from 'node:fs'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { Client } from './uploadcare.mjs'

const { UPLOADCARE_PUBLIC_KEY: publicKey, UPLOADCARE_SECRET_KEY: secretKey } = process.env
const bases = { api_base: process.env.UPLOADCARE_API_BASE, upload_base: process.env.UPLOADCARE_UPLOAD_BASE }

function client(callbacks = {}) {
  return new Client(publicKey, callbacks.sign ? null : secretKey, { ...bases, ...callbacks })
}

function list() {
  const sign = (hash, text) => createHmac(hash, secretKey).update(text).digest('hex')
  const log = (_level, line) => console.error(line)
  for (const group of client({ sign, log }).groups({ limit: 20, read_ahead: 2 })) console.log(group)
}

function readStdin(size) {
  const buffer = Buffer.alloc(size)
  return buffer.subarray(0, readSync(0, buffer))
}

function upload(name, size) {
  const progress = (done, total) => console.error(done, total)
  console.log(client().upload(readStdin, Number(size), { filename: name, progress }))
}

function interrupt() {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  process.on('SIGINT', () => Atomics.store(stop, 0, 1))
  new Worker(new URL(import.meta.url), { workerData: stop })
}

/** What `interrupt` does in the worker. */
function work(stop) {
  const tick = () => {
    if (Atomics.exchange(stop, 0, 0)) throw new Error('interrupted')
  }
  const interruptible = client({ tick })
  try {
    console.log('waiting')
    interruptible.projectName()
  } catch (error) {
    console.log(error.message)
  }
  console.log(interruptible.projectName())
}

function raise() {
  const fail = () => { throw new Error('no more') }
  const calls = {
    log: () => client({ log: fail }).projectName(),
    progress: () => client().upload(size => Buffer.alloc(Math.min(size, 100)), 100, { progress: fail }),
    read: () => client().upload(fail),
    sign: () => client({ sign: fail }).projectName(),
  }
  for (const [name, call] of Object.entries(calls)) {
    try {
      call()
    } catch (error) {
      console.log(`${name}: ${error.message}`)
    }
  }
  console.log(client().projectName())
}

if (isMainThread) {
  const [command, ...args] = process.argv.slice(2)
  const commands = { list, upload, interrupt, raise }
  commands[command](...args)
} else {
  work(workerData)
}
