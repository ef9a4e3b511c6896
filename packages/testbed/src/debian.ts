import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'

/** Debian or Ubuntu, as root. */
export const canInstallDebianPackages = (): boolean =>
  existsSync('/usr/bin/apt-get') && process.getuid?.() === 0

/** Installs `debianPackage`, unless another process has brought `program` while this one waited for its turn. */
export async function installDebianPackage(debianPackage: string, program: string): Promise<void> {
  console.error(`There is no ${program} on this machine: installing the Debian package ${debianPackage} …`)
  const apt = spawn('flock', [aptFolder, 'sh', '-c', script, 'sh', program, debianPackage], {
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  const [code] = await once(apt, 'exit')
  if (code !== 0)
    throw new Error(`apt-get could not install ${debianPackage} (exit code ${code}); see above.`)
}

/** What our processes lock: apt waits for another's installation, but fails at once on another's update. */
const aptFolder = '/var/lib/apt'

// An update that fails is no reason to stop: the lists at hand may do. The policy keeps Debian's own service of a
// server from being started: we run the program ourselves.
const script = `
  command -v "$1" >/dev/null && exit
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\\nexit 101\\n' >$policy
    chmod +x $policy
  fi
  apt-get update -q
  apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$2"
`
