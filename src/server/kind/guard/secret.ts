/** A text that must not be shown: it prints, inspects and serializes as a placeholder. */

import { inspect } from 'node:util'

const placeholder = '[hidden]'

/** Keeps tokens and keys out of whatever prints, logs or serializes what holds them. */
export function hideSecret(_text: string): string {
  return placeholder
}

/** Holds a token or key. Only `reveal` gives it, to the code that sends it. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  /** The text with this secret taken out, for messages that came from elsewhere. */
  takeOutOf(text: string): string {
    return this.#text === '' ? text : text.replaceAll(this.#text, placeholder)
  }

  toString(): string {
    return hideSecret(this.#text)
  }

  toJSON(): string {
    return hideSecret(this.#text)
  }

  [inspect.custom](): string {
    return hideSecret(this.#text)
  }
}

/** Keeps secrets out of texts that came from elsewhere: messages of libraries and servers pass here before a person sees them. */
export function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((shown, secret) => secret.takeOutOf(shown), text)
}
