import { accessSync, constants } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { canInstallDebianPackages, installDebianPackage } from './debian.ts'

export interface Program {
  /** What it may be called on the path, best first; the first is what the Debian package brings. */
  readonly names: readonly [string, ...string[]]
  readonly debianPackage: string
  /** How to install it by hand elsewhere. */
  readonly commands: { readonly fedora: string; readonly macos: string }
  /** The environment variable that says where it is. */
  readonly variable: string
  /** How to have it without installing it, where an address is all that is needed. */
  readonly docker?: { readonly command: string; readonly variable: string; readonly url: string }
}

/** Where `program` is on this machine. Installs it if it is missing and that can be done: Debian or Ubuntu, as root. */
export async function provideProgram(program: Program): Promise<string> {
  const { names, debianPackage, commands, variable, docker } = program
  const named = process.env[variable]
  if (named) return named
  const found = findProgram(names)
  if (found !== null) return found
  if (canInstallDebianPackages()) {
    await installDebianPackage(debianPackage, names[0])
    const installed = findProgram(names)
    if (installed !== null) return installed
  }
  throw new Error(
    `There is no ${names[0]} on this machine. Install it:\n` +
      `  Debian  sudo apt-get install ${debianPackage}\n` +
      `  Fedora  ${commands.fedora}\n` +
      `  macOS   ${commands.macos}\n` +
      `or say where it is: ${variable}=/path/to/${names[0]}` +
      (docker === undefined
        ? ''
        : `\nor, where no test crashes it, run it elsewhere and say so: ${docker.variable}=${docker.url}\n` +
          `  Docker  ${docker.command}`),
  )
}

/** The first of `names` on the path; an absolute path may be among them. */
export function findProgram(names: readonly string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  const candidates = names.flatMap(name => folders.map(folder => resolve(folder, name)))
  return candidates.find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
