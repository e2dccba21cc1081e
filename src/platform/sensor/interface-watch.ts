import fs from 'node:fs';
import type { InterfaceChange } from '../../core/system/sensor.ts';

const CLASS = '/sys/class/net';
/** Documentation/ABI/testing/sysfs-class-net: the states of RFC 2863 in which nothing passes. */
const NOT_PASSING: ReadonlySet<string> = new Set(['down', 'lowerlayerdown', 'notpresent']);

/**
 * Follows an interface by its index, which stays the same as long as the interface exists: a capturing socket stays
 * with it when it is renamed, and gets nothing, without an error, while it is down. For `any`, and where sysfs shows
 * interfaces of another network namespace, nothing is reported.
 */
export class InterfaceWatch {
  private name: string;
  private readonly root: string;
  private readonly index: string | null;
  private carrierChanges: string | null;
  /** When it was first seen down, on a clock that never jumps; null while it is up. */
  private downSince: number | null = null;

  constructor(name: string, root = CLASS) {
    this.name = name;
    this.root = root;
    this.index = name === 'any' ? null : this.read(name, 'ifindex');
    this.carrierChanges = this.read(name, 'carrier_changes');
  }

  /** What has happened since the last look; `now` in milliseconds of a clock that never jumps. */
  look(now: number): readonly InterfaceChange[] {
    if (this.index === null) return [];
    const changes: InterfaceChange[] = [];
    if (this.read(this.name, 'ifindex') !== this.index) {
      const name = this.nameOfIndex();
      if (name === null) return [{ change: 'gone' }];
      this.name = name;
      changes.push({ change: 'renamed', name });
    }
    const carrierChanges = this.read(this.name, 'carrier_changes');
    const hasChanged = carrierChanges !== this.carrierChanges;
    this.carrierChanges = carrierChanges;
    const isDown = NOT_PASSING.has(this.read(this.name, 'operstate') ?? '');
    if (isDown && this.downSince === null) {
      this.downSince = now;
      changes.push({ change: 'down' });
    } else if (!isDown && this.downSince !== null) {
      changes.push({ change: 'up', downMs: now - this.downSince });
      this.downSince = null;
    } else if (!isDown && hasChanged) changes.push({ change: 'up', downMs: null });
    return changes;
  }

  private nameOfIndex(): string | null {
    try {
      return fs.readdirSync(this.root).find((name) => this.read(name, 'ifindex') === this.index) ?? null;
    } catch {
      return null;
    }
  }

  private read(name: string, file: string): string | null {
    try {
      return fs.readFileSync(`${this.root}/${name}/${file}`, 'latin1').trim();
    } catch {
      return null;
    }
  }
}
