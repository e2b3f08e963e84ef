// From which distance what is drawn: pixels of the page between neighbours.

/** Below: rows as bands. From there: seats as dots. */
export const DOTS_PITCH_MIN = 4.2;
/** From there: seats with their own outline and number. */
export const SEATS_PITCH_MIN = 13;
export const ROW_LABELS_PITCH_MIN = 13;
/** Closer by, a section's name is no longer written on it. */
export const SECTION_LABELS_PITCH_MAX = 17;
