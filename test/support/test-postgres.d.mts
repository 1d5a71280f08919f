export function endServer(folder: string): Promise<void>;
