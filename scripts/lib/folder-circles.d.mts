export function folderCircles(root: string, files: readonly string[]): string[];
