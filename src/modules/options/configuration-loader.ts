import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { Environment } from '../../core/config/index.js';
import { ConfigurationWriter, type ProposedSections } from './configuration-writer.js';
import { ConfigurationError, InvalidConfiguration } from './options.errors.js';
import { readYaml } from './yaml/yaml.js';
import { linesOf } from '../../core/settings/index.js';

/** The facts of the deployment that the load goes by. */
export type StartupEnvironment = Pick<Environment, 'configFile' | 'configReload' | 'nodeId'>;

/** Brings the configuration in force, before anything that reads it is started. */
@Injectable()
export class ConfigurationLoader {
  constructor(private readonly writer: ConfigurationWriter) {}

  /**
   * Imports the sections file when the database holds no section, or always when the environment
   * says so; then loads, and has every module bring its tables in step: a new version of one may
   * derive more from the same sections. Of several nodes that start at once one imports.
   * @throws ConfigurationError with every fault, of the file or of what is stored
   */
  async load(facts: StartupEnvironment): Promise<void> {
    let source = 'the stored configuration';
    try {
      await this.writer.write({ actor: `node:${facts.nodeId}`, action: 'start' }, (stored) => {
        if (stored.size > 0 && !facts.configReload) return { sections: stored };
        source = facts.configFile;
        return readSections(facts.configFile);
      });
    } catch (error) {
      if (!(error instanceof InvalidConfiguration)) throw error;
      throw new ConfigurationError(linesOf(error.faults).map((line) => `${source}: ${line}`));
    }
  }
}

async function readSections(file: string): Promise<ProposedSections> {
  return readYaml(await readText(file));
}

/** @throws ConfigurationError that names the file and the variable that says which */
async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new ConfigurationError([`${file}: ${whyUnreadable(error)}`]);
  });
  if (!isUtf8(bytes)) throw new ConfigurationError([`${file}: takes text in UTF-8`]);
  return bytes.toString('utf8');
}

function whyUnreadable(error: unknown): string {
  const { code = 'unknown error' } = error as { code?: string };
  const why = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`;
  return `${why}; GMS_CONFIG takes the path of a YAML file of sections`;
}
