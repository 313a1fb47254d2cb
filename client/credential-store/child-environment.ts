import { existsSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/** What reaching the keychain and its prompt takes, and nothing that changes how Node itself runs. */
const passedOn = [
  ...['HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_MESSAGES', 'PATH'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY'],
  ...['SYSTEMROOT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TEMP'],
];

export function childEnvironment(environment: Environment): Readonly<Record<string, string>> {
  const passed = passedOn.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // Electron's own binary is Node for its children only when told so.
  return { ELECTRON_RUN_AS_NODE: '1', ...standardBus(environment), ...Object.fromEntries(passed) };
}

/** Where the bus of a systemd session is; `su` and `ssh` do not always say so, and the library does not look. */
function standardBus({ XDG_RUNTIME_DIR: directory }: Environment): Readonly<Record<string, string>> {
  if (directory === undefined || !existsSync(`${directory}/bus`)) return {};
  return { DBUS_SESSION_BUS_ADDRESS: `unix:path=${directory}/bus` };
}
