/** LINKTYPE_LINUX_SLL2, the second version of the header of captures on `any`. */
export const SLL2_LINK = 276;
