package dev.eddy.app.bench;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.kernel.Kernels;
import dev.eddy.model.Feature;
import dev.eddy.model.Fields;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.LayerSpec;
import dev.eddy.network.LiveModel;
import dev.eddy.network.ModelMemory;
import dev.eddy.network.Network;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The network alone, in one thread.
 *
 * @param nanos        processor time of a step, one sequence at a time, nanoseconds
 * @param batchSize    sequences that are stepped together
 * @param batchedNanos the same for each event of such a batch; {@link Double#NaN} where nothing is gained by it
 * @param weightBytes  what a step reads of the model, as the kernel keeps it: all but embeddings, of which it reads a row
 * @param readPerSecond bytes a second this machine reads of so much memory
 */
record StepCost(double nanos, int batchSize, double batchedNanos, long weightBytes, double readPerSecond) {
    private static final int SEQUENCES = 64;
    private static final int WARM_UP_ROUNDS = 9;
    private static final int ROUNDS = 9;
    private static final long ROUND_NANOS = 100_000_000L;

    /** Measures a model with events of its own. */
    static StepCost of(LiveModel model, ModelFile file, RandomEvents events) {
        float[][] inputs = inputs(model, events);
        model.warmUp(); // finds the size of batches too
        int batch = model.network().batchSize();
        long weights = weightBytes(file);
        return new StepCost(
                measure(model.network(), inputs, 1),
                batch,
                batch > 1 ? measure(model.network(), inputs, batch) : Double.NaN,
                weights,
                ReadBandwidth.of(weights));
    }

    /** What reading the weights alone takes, nanoseconds. */
    double limitNanos() {
        return weightBytes / readPerSecond * 1e9;
    }

    private static float[][] inputs(LiveModel model, RandomEvents events) {
        float[][] inputs = new float[SEQUENCES][model.features().width()];
        float[] previous = new float[model.features().rememberedWidth()];
        SplittableRandom random = new SplittableRandom(2);
        for (float[] input : inputs) {
            long time = random.nextLong(1L << 40);
            model.features().encode(Fields.of(events.nextFields("")), time, previous, input);
        }
        return inputs;
    }

    /** Processor time of a step: median of some rounds after others to warm up. */
    private static double measure(Network network, float[][] inputs, int batch) {
        Network.Scratch scratch = network.newScratch(batch);
        int batches = Math.max(1, SEQUENCES / batch);
        float[][][] states = new float[batches][batch][network.stateSize()];
        float[][][] values = new float[batches][batch][network.outputSize()];
        float[][][] raws = new float[batches][batch][];
        for (int i = 0; i < batches * batch; i++) {
            raws[i / batch][i % batch] = inputs[i % inputs.length];
        }
        double[] rounds = new double[WARM_UP_ROUNDS + ROUNDS];
        for (int round = 0; round < rounds.length; round++) {
            long begin = CpuTime.ofThisThread();
            long passed = 0;
            long steps = 0;
            while (passed < ROUND_NANOS) {
                for (int i = 0; i < batches; i++) {
                    if (batch == 1) {
                        network.step(raws[i][0], states[i][0], values[i][0], scratch);
                    } else {
                        network.step(raws[i], states[i], values[i], batch, scratch);
                    }
                }
                steps += (long) batches * batch;
                passed = CpuTime.ofThisThread() - begin;
            }
            rounds[round] = (double) passed / steps;
        }
        double[] counted = Arrays.copyOfRange(rounds, WARM_UP_ROUNDS, rounds.length);
        Arrays.sort(counted);
        return counted[ROUNDS / 2];
    }

    /** Of layers and heads, each tensor once. */
    private static long weightBytes(ModelFile file) {
        Set<String> embeddings = new HashSet<>();
        for (Feature feature : file.spec().features()) {
            if (feature instanceof Feature.Token token && token.embedding() != null) {
                embeddings.add(token.embedding());
            }
        }
        Set<String> read = new HashSet<>();
        for (LayerSpec layer : file.spec().layers()) {
            read.addAll(layer.tensors().values());
        }
        for (HeadSpec head : file.spec().allHeads()) {
            read.add(head.weight());
            read.add(head.bias());
        }
        if (file.spec().engine() != null) {
            read.add(file.spec().engine().graph());
        }
        return file.tensors().entrySet().stream()
                .filter(tensor -> read.contains(tensor.getKey()) && !embeddings.contains(tensor.getKey()))
                .mapToLong(tensor -> bytes(tensor.getValue()))
                .sum();
    }

    /** A fast kernel reads matrices in bf16 as they are. */
    private static long bytes(Tensor tensor) {
        if (tensor.dtype() == Tensor.DType.U8) {
            return tensor.data().remaining();
        }
        long bytes = ModelMemory.ofTensor(tensor.shape());
        boolean half =
                tensor.dtype() == Tensor.DType.BF16 && tensor.shape().length == 2 && Kernels.best() != Kernels.scalar();
        return half ? bytes / 2 : bytes;
    }
}
