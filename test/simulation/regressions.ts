interface Regression {
  readonly seed: number;
  readonly mutant: string | null;
  /** Found since a scenario may be varied (test/simulation/variants.ts). */
  readonly varied?: true;
}

/**
 * Seeds that show a bug which the simulation once found, with the bug put back (the mutant of that
 * name). They are run in every build; a change of the generator makes them other stories, so the
 * short ones in test/reconciler/found.test.ts tell what was found for good.
 */
export const REGRESSIONS: readonly Regression[] = [
  { seed: 7, mutant: 'the clocks alone prove an echo' },
  { seed: 100, mutant: 'what waits for its ticket is sent as it was computed' },
  {
    seed: 3635,
    mutant: 'the success of what a document said before counts for what depends on it',
  },
  { seed: 247, mutant: null },
  { seed: 531, mutant: null },
  { seed: 827, mutant: 'a revision that was read and not reviewed protects nothing' },
  { seed: 1457, mutant: null },
  { seed: 1530, mutant: null },
  { seed: 468, mutant: null },
  { seed: 1880, mutant: null },
  { seed: 2775, mutant: null },
  { seed: 2781, mutant: null },
  { seed: 3086, mutant: null },
  { seed: 42, mutant: null },
  { seed: 305, mutant: 'a dependant is let go by what was seen before its documents changed' },
  { seed: 2035, mutant: null },
  { seed: 2163, mutant: null },
  { seed: 2314, mutant: 'an open request is repeated whatever has become of what it needs' },
  {
    seed: 2810,
    mutant: 'only the last content for which a recreation was begun is remembered',
  },
  { seed: 3123, mutant: null },
  { seed: 3444, mutant: null },
  { seed: 10186, mutant: null },
  { seed: 10957, mutant: null },
  { seed: 18974, mutant: null },
  { seed: 19974, mutant: null },
  { seed: 29677, mutant: null },
  { seed: 20746, mutant: null },
  { seed: 26861, mutant: null },
  { seed: 3, mutant: 'limit of a type ignored', varied: true },
  {
    seed: 78,
    mutant:
      'what is of no known type is under no limit of a type, nor counted when AWS tells its type',
    varied: true,
  },
  ...[
    3_831_460, 4_000_420, 4_001_584, 4_005_686, 4_006_725, 4_019_421, 4_023_035, 691, 4_030_158,
    4_073_924, 4_075_411, 4_076_813, 4_077_296, 4_085_484, 4_088_605, 4_047_106, 4_146_753,
    4_211_996, 4_311_784, 4_330_987, 4_355_928, 4_507_815, 4_709_127, 4_867_600, 4_940_008,
    5_022_285, 5_049_296, 5_162_003, 5_221_773, 5_371_673,
  ].map((seed) => ({ seed, mutant: null, varied: true }) as const),
  {
    seed: 82,
    mutant: 'what an engine was handed by an update that failed counts as in effect',
    varied: true,
  },
  { seed: 107, mutant: 'a rollout holds nobody back', varied: true },
  { seed: 303, mutant: 'a failure does not pause its rollout', varied: true },
  ...[
    102_498, 105_399, 106_556, 106_772, 110_097, 111_689, 113_638, 122_708, 125_587, 126_612,
    204_757, 210_316, 212_702, 214_426, 215_814, 217_983, 218_626, 230_211, 233_286, 247_945,
    254_825, 265_527, 290_481, 294_257, 307_365, 314_465, 335_863, 339_022, 364_372, 364_684,
    502_139, 505_404, 514_256, 528_226, 534_679, 539_980, 558_041, 631_617, 635_452, 749_460,
    914_357, 924_180, 950_491, 1_115_093, 1_118_575, 1_200_481, 1_315_399, 1_426_345, 1_435_908,
    1_715_355, 1_811_191, 1_927_651, 2_069_816, 2_070_552, 2_080_546, 2_211_513, 2_415_101,
    2_642_867, 2_649_336, 2_802_418, 3_010_034, 3_030_208, 3_116_938, 3_228_057, 3_329_771,
    3_619_169, 3_692_718, 3_742_400, 3_831_948,
  ].map((seed) => ({ seed, mutant: null })),
];
