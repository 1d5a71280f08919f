import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { readDto } from '../../core/dto/index.js';
import { NodeStatusPath } from './node.dto.js';

const statusOf = (status: string) => readDto(NodeStatusPath, { status }).status;

it.each(['ONLINE', 'online', 'OnLine'])('reads %s as ONLINE', (text) => {
  expect(statusOf(text)).toBe('ONLINE');
});

it.each(['', 'ON', 'ONLINE ', 'toString', 'away'])('refuses "%s"', (text) => {
  expect(() => statusOf(text)).toThrow('status takes ONLINE or OFFLINE');
});
