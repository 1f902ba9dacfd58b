package dev.eddy.bench;

import dev.eddy.wire.Prediction;
import java.util.List;

/**
 * One sequence, and how wrong an answer to each of its events is.
 *
 * @param key    its key
 * @param values its events, JSON objects
 * @param judge  knows what came next
 */
record DipSeries(String key, List<String> values, Judge judge) {
    /** Compares answers with what is true. */
    interface Judge {
        /**
         * How wrong an answer is.
         *
         * @param index of the event, from 0
         */
        double error(int index, Prediction prediction);
    }
}
