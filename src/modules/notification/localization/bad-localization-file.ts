/** What is wrong with a localization file, as a part of a sentence. */
export class BadLocalizationFile extends Error {}
