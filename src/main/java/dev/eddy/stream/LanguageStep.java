package dev.eddy.stream;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import dev.eddy.state.SequenceState;
import dev.eddy.telemetry.Score;
import dev.eddy.wire.Prediction;

/**
 * Reads events as the tokens of a language: how probable each one was, given those before it, and the perplexity of the
 * sequence so far, {@code exp(-mean log p)}. What was expected of the event is worked out from the state it met, so states
 * need not carry a distribution over the vocabulary. Memory: sum and number of the log-probabilities.
 */
final class LanguageStep extends TaskStep {
    private final Network network;
    private final Network.Scratch scratch;
    private final int tokenAt;
    private final float[] expected; // (vocabulary)
    private Prediction.Language language;

    LanguageStep(LiveModel model, Network.Scratch scratch) {
        this.network = model.network();
        this.scratch = scratch;
        this.tokenAt = model.tokenAt();
        this.expected = new float[network.outputSize()];
    }

    @Override
    void resume(SequenceState state) {
        double[] memory = state.task();
        language = Double.isNaN(memory[0]) ? null : new Prediction.Language(null, perplexity(memory));
    }

    @Override
    void before(Fields fields, float[] input, SequenceState state) {
        int token = (int) input[tokenAt];
        if (token >= expected.length) {
            throw new BadEventException(
                    Reason.UNKNOWN_TOKEN,
                    "the id " + token + " is not among the model's " + expected.length + " outputs");
        }
        language = null;
        if (state.steps() > 0) {
            network.answer(state.network(), expected, scratch);
            language = count(network.logProbability(expected, token, scratch), state.task());
        }
    }

    private static Prediction.Language count(double logProbability, double[] memory) {
        boolean first = Double.isNaN(memory[0]);
        memory[0] = (first ? 0 : memory[0]) + logProbability;
        memory[1] = (first ? 0 : memory[1]) + 1;
        return new Prediction.Language(logProbability, perplexity(memory));
    }

    private static double perplexity(double[] memory) {
        // StrictMath: the same bits on every machine.
        return StrictMath.exp(-memory[0] / memory[1]);
    }

    @Override
    Score score() {
        boolean known = language != null && language.logProbability() != null;
        return known && Double.isFinite(language.logProbability()) ? Score.ofToken(language.logProbability()) : null;
    }

    @Override
    Prediction.Language language() {
        return language;
    }
}
