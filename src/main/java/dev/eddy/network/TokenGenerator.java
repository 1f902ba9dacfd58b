package dev.eddy.network;

import dev.eddy.model.Feature;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.UnknownRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Lets a model of tokens go on by itself: each token it gives is the next one it reads. Greedy, or sampled from
 * {@code softmax(logits / temperature)} over the most probable ones; the same seed gives the same tokens on every machine.
 */
public final class TokenGenerator {
    private final LiveModel model;
    private final Feature.Token feature;
    private final Options options;
    private final BitSet banned = new BitSet();
    private final Random random;

    /**
     * How tokens are chosen.
     *
     * @param temperature 0 takes the most probable token; 1 samples as the model says; above, more evenly
     * @param topK        samples among so many most probable tokens; 0 among all
     * @param seed        of the sampling
     * @param limit       most tokens given
     * @param end         id of the token that ends the sequence; -1 for none
     */
    public record Options(double temperature, int topK, long seed, int limit, int end) {
        public Options {
            if (!(temperature >= 0) || topK < 0 || limit < 1) {
                throw new IllegalArgumentException("temperature and top-k must not be negative, the limit at least 1");
            }
        }
    }

    /**
     * A token and how probable it was.
     *
     * @param id          its id
     * @param probability what the model gave it, at temperature 1
     */
    public record Token(int id, double probability) {}

    /**
     * A generator.
     *
     * @throws InvalidModelException if the model does not read tokens alone, or its outputs are not those tokens
     */
    public TokenGenerator(LiveModel model, Options options) {
        List<Feature> features = model.spec().features();
        if (model.decoder() != null) {
            throw new InvalidModelException("a model with a decoder does not score the tokens it reads; let it decode");
        }
        if (features.size() != 1 || !(features.get(0) instanceof Feature.Token token)) {
            throw new InvalidModelException("only a model whose one feature is a token can generate tokens");
        }
        if (!token.vocabulary().isEmpty()
                && token.vocabulary().size() != model.network().outputSize()) {
            throw new InvalidModelException(
                    "the model reads " + token.vocabulary().size() + " tokens but scores "
                            + model.network().outputSize() + "; it does not predict what it reads");
        }
        Rollout.requireCanGoOn(model);
        if (!model.network().isRecurrent()) {
            throw new InvalidModelException("this model has no recurrent layer, so it has nothing to go on from");
        }
        this.model = model;
        this.feature = token;
        this.options = options;
        this.random = new Random(scramble(options.seed()));
        ban();
    }

    /** Neighbouring seeds of java.util.Random begin alike; the finaliser of MurmurHash3 takes them apart. */
    private static long scramble(long seed) {
        long mixed = (seed ^ (seed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    /** The stand-ins for unknown words are read, never written. */
    private void ban() {
        List<String> vocabulary = feature.vocabulary();
        for (UnknownRule rule : feature.unknown()) {
            banned.set(vocabulary.indexOf(rule.token()));
        }
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.get(id).toLowerCase(Locale.ROOT).equals("<unk>")) {
                banned.set(id);
            }
        }
    }

    /** Goes on from where a sequence is; the end token, if it comes, is the last one given. */
    public List<Token> generate(Rollout sequence) {
        List<Token> tokens = new ArrayList<>();
        float[] logits = new float[model.network().outputSize()];
        do {
            sequence.outputs(logits);
            Token token = choose(logits);
            tokens.add(token);
            sequence.stepToken(token.id());
        } while (tokens.size() < options.limit()
                && tokens.get(tokens.size() - 1).id() != options.end());
        return tokens;
    }

    private Token choose(float[] logits) {
        float[] probabilities = new float[model.network().labelCount()];
        model.network().probabilities(logits, probabilities);
        int[] candidates = candidates(probabilities);
        int chosen = options.temperature() == 0 ? candidates[0] : sample(candidates, probabilities);
        return new Token(chosen, probabilities[chosen]);
    }

    /** Tokens that may be given, the most probable first. */
    private int[] candidates(float[] probabilities) {
        int[] ids = IntStream.range(0, probabilities.length)
                .filter(id -> !banned.get(id))
                .boxed()
                .sorted(Comparator.comparing((Integer id) -> -probabilities[id]))
                .mapToInt(Integer::intValue)
                .toArray();
        if (ids.length == 0) {
            throw new InvalidModelException(
                    "every token of the vocabulary stands for unknown words; there is none to give");
        }
        return options.topK() == 0 ? ids : Arrays.copyOf(ids, Math.min(options.topK(), ids.length));
    }

    private int sample(int[] candidates, float[] probabilities) {
        double[] cumulative = new double[candidates.length];
        double sum = 0;
        double best = probabilities[candidates[0]];
        for (int i = 0; i < candidates.length; i++) {
            // StrictMath: the same bits on every machine.
            sum += StrictMath.pow(probabilities[candidates[i]] / best, 1 / options.temperature());
            cumulative[i] = sum;
        }
        double mark = random.nextDouble() * sum;
        for (int i = 0; i < candidates.length; i++) {
            if (mark < cumulative[i]) {
                return candidates[i];
            }
        }
        return candidates[candidates.length - 1];
    }
}
