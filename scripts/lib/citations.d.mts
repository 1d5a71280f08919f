export function citationFaults(root: string, files: readonly string[]): string[];
