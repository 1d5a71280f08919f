export function cloneTemplate(): Promise<{ url: string; drop(): Promise<void> }>;
