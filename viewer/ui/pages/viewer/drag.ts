/** Type of a series that is dragged from the rail into a viewport. */
export const SERIES_DRAG = 'application/x-readingroom-series';
/** Type of a viewport that is dragged onto another: they change what hangs in them. */
export const VIEWPORT_DRAG = 'application/x-readingroom-viewport';
