/** Names of the data elements (PS3.6 table 6-1), by tag. The table is made by viewer/dev/tag_names.py. */
import names from './tag-names.json';

export const TAG_NAMES: Record<string, string> = names;
