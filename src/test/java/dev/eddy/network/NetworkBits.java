package dev.eddy.network;

import dev.eddy.artifact.ModelFile;
import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Kernels;
import dev.eddy.model.Feature;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.Task;
import dev.eddy.testing.CellCases;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/** The bits that networks of all cells give, alone and in batches; as a program for other JVMs, it prints their hash. */
final class NetworkBits {
    private static final int[] SIZES = {1, 13, 37, 64, 207, 512};
    private static final int[] BATCHES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 32, 64};
    private static final int KEYS = 32;

    private final float[][] raws;
    private final float[][] states;
    private final float[][] values;

    private NetworkBits(Network network) {
        this.raws = new float[KEYS][network.inputSize()];
        this.states = new float[KEYS][network.stateSize()];
        this.values = new float[KEYS][network.outputSize()];
    }

    /** Prints the name of the kernel and the hash. */
    public static void main(String[] arguments) throws IOException, NoSuchAlgorithmException {
        System.out.println(Kernels.best().name() + " " + hash(Kernels.best()));
    }

    /** Every golden case, and the usual cells in all sizes, the larger ones with many inputs. */
    static List<ModelFile> models() throws IOException {
        List<ModelFile> models = new ArrayList<>();
        for (String name : CellCases.names()) {
            models.add(CellCases.model(name));
        }
        for (CellKind cell : List.of(CellKind.LSTM, CellKind.GRU, CellKind.RNN)) {
            for (int size : SIZES) {
                List<Feature> features = List.of(new Feature.Vector("v", 1 + size / 8, null, null, null));
                models.add(TestModels.model(
                        cell.name(), "1", features, cell, size, 1 + size / 9, new Task.Tag(), List.of(), size));
            }
        }
        return models;
    }

    static Network network(ModelFile model, Kernel kernel) {
        return NetworkCompiler.compile(model.spec(), model, kernel);
    }

    private static String hash(Kernel kernel) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (ModelFile model : models()) {
            Network network = network(model, kernel);
            for (float[] bits : alone(network, 3)) {
                digest.update(bytes(bits));
            }
            for (float[] bits : inBatches(network, 3, 7)) {
                digest.update(bytes(bits));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static byte[] bytes(float[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * numbers.length);
        bytes.asFloatBuffer().put(numbers);
        return bytes.array();
    }

    static int[] batches() {
        return BATCHES.clone();
    }

    /** States and values after some steps of each key, one by one. */
    static List<float[]> alone(Network network, int steps) {
        NetworkBits bits = new NetworkBits(network);
        Network.Scratch scratch = network.newScratch();
        for (int step = 0; step < steps; step++) {
            bits.events(step);
            for (int key = 0; key < KEYS; key++) {
                network.step(bits.raws[key], bits.states[key], bits.values[key], scratch);
            }
        }
        return bits.all();
    }

    /** The same, so many keys in a call. */
    static List<float[]> inBatches(Network network, int steps, int batch) {
        NetworkBits bits = new NetworkBits(network);
        Network.Scratch scratch = network.newScratch(batch);
        for (int step = 0; step < steps; step++) {
            bits.events(step);
            for (int key = 0; key < KEYS; key += batch) {
                int to = Math.min(KEYS, key + batch);
                network.step(
                        Arrays.copyOfRange(bits.raws, key, to),
                        Arrays.copyOfRange(bits.states, key, to),
                        Arrays.copyOfRange(bits.values, key, to),
                        to - key,
                        scratch);
            }
        }
        return bits.all();
    }

    private void events(int step) {
        SplittableRandom random = new SplittableRandom(step);
        for (float[] raw : raws) {
            for (int i = 0; i < raw.length; i++) {
                raw[i] = (float) random.nextDouble() * 4 - 2;
            }
        }
    }

    private List<float[]> all() {
        List<float[]> all = new ArrayList<>(List.of(states));
        all.addAll(List.of(values));
        return all;
    }
}
