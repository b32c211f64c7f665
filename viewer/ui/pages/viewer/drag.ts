/** Type of a series that is dragged from the rail into a viewport. */
export const SERIES_DRAG = 'application/x-readingroom-series';
