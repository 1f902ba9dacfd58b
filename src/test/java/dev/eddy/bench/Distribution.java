package dev.eddy.bench;

import java.util.SplittableRandom;

/** How events spread over keys. */
enum Distribution {
    /** All keys alike. */
    UNIFORM {
        @Override
        int next(SplittableRandom random, int keys) {
            return random.nextInt(keys);
        }
    },
    /** Nine of ten events belong to one key of a hundred. */
    HOT {
        @Override
        int next(SplittableRandom random, int keys) {
            return random.nextInt(10) < 9 ? random.nextInt(Math.max(1, keys / 100)) : random.nextInt(keys);
        }
    };

    /** Number of the key of the next event. */
    abstract int next(SplittableRandom random, int keys);
}
