package dev.eddy.catalogue;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.EventTime;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelId;
import dev.eddy.network.LiveModel;
import dev.eddy.schema.ModelManifest;
import dev.eddy.schema.PrepareRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models and deployments of a pipeline, as the control topic tells them. Shared by the threads of an instance: control
 * records come from one, models are compiled on a thread of its own, and stream threads read an immutable snapshot.
 *
 * <p>Nothing a control record holds makes it fail: what cannot be used is rejected with a reason, and what was in force goes
 * on.
 */
public final class Catalogue implements AutoCloseable {
    /** How long a version that was asked for with a prepare record stays loaded without a deployment. */
    public static final long PREPARED_MS = 3_600_000;

    private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);
    private static final long LONGEST_PERIOD_MS = 10_000;
    private static final String ANY = "";

    private final String pipeline;
    private final CatalogueRules rules;
    private final Assembly assembly;
    private final LongSupplier clock;
    private final ScheduledExecutorService loader = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "eddy-model-loader");
        thread.setDaemon(true);
        return thread;
    });
    private final List<CatalogueListener> listeners = new CopyOnWriteArrayList<>();

    private final Map<String, CatalogueEntry> entries = new TreeMap<>(); // by name@version
    /** By name of the models that answer; {@link #ANY} where events name none. */
    private final Map<String, DeploymentHistory> histories = new TreeMap<>();

    private List<ModelId> prepared = List.of();
    private long preparedAt; // requestedAt of the prepare record; 0: none
    private int loading;

    private boolean byName;
    private volatile LiveDeployments live = LiveDeployments.NONE;
    private volatile NamedDeployments named = NamedDeployments.NONE;

    /**
     * An empty catalogue that takes any model, signed or not, and keeps all of them in memory.
     *
     * @param pipeline      whose deployments count
     * @param maxModelBytes largest model file accepted
     */
    public Catalogue(String pipeline, long maxModelBytes) {
        this(pipeline, CatalogueRules.ofMaxBytes(maxModelBytes));
    }

    /** An empty catalogue. */
    public Catalogue(String pipeline, CatalogueRules rules) {
        this(pipeline, rules, System::currentTimeMillis);
        if (rules.unloadMs() < Long.MAX_VALUE) {
            long period = Math.max(50, Math.min(rules.unloadMs() / 4, LONGEST_PERIOD_MS));
            loader.scheduleWithFixedDelay(this::unloadIdle, period, period, TimeUnit.MILLISECONDS);
        }
    }

    /** One with a clock of its own, in milliseconds, and without a timer: {@link #unloadIdle} is called by hand. */
    Catalogue(String pipeline, CatalogueRules rules, LongSupplier clock) {
        this.pipeline = pipeline;
        this.rules = rules;
        this.assembly = new Assembly(rules.maxBytes());
        this.clock = clock;
    }

    /** Is told of every change, on the thread that made it. */
    public void addListener(CatalogueListener listener) {
        listeners.add(listener);
    }

    /**
     * From now on, only deployments count that are made for one model name, as in a pipeline whose events name their models.
     *
     * @return this
     * @throws IllegalStateException if deployments of the other kind have been taken in
     */
    public synchronized Catalogue byName() {
        if (!byName && !histories.isEmpty()) {
            throw new IllegalStateException("the catalogue has taken deployments in for all events already");
        }
        byName = true;
        return this;
    }

    /** What can score now, whatever the event. */
    public LiveDeployments live() {
        return live;
    }

    /** What can score now, by model name, where events name their models. */
    public NamedDeployments named() {
        return named;
    }

    /** Whether anything can score. */
    public boolean canScore() {
        return !live.isEmpty() || named.canScore();
    }

    /** The newest deployment that can score, of every model name where events name their models. */
    public List<LiveDeployment> newest() {
        LiveDeployment newest = live.newest();
        return newest == null ? named.newest() : List.of(newest);
    }

    /** Every published version and what this instance says of it. */
    public synchronized List<ModelVersion> versions() {
        return entries.values().stream().map(entry -> entry.version).toList();
    }

    /** The deployments, whether their models are loaded or not. */
    public synchronized DeploymentHistory history() {
        return history(ANY);
    }

    /** The deployments of one model name, where events name their models. */
    public synchronized DeploymentHistory history(String name) {
        return histories.getOrDefault(name, DeploymentHistory.EMPTY);
    }

    /** All deployments, by name of the models that answer; under the empty name where events name none. */
    public synchronized Map<String, DeploymentHistory> histories() {
        return Map.copyOf(histories);
    }

    /** Generation of the newest deployment of all; 0 for none. */
    public synchronized int newestGeneration() {
        return histories.values().stream()
                .mapToInt(DeploymentHistory::newestGeneration)
                .max()
                .orElse(0);
    }

    /** When the newest prepare record was written that has been taken in, epoch milliseconds; 0 for none. */
    public synchronized long preparedAt() {
        return preparedAt;
    }

    /**
     * Takes a control record in; again is the same as once.
     *
     * @param key     key of the record
     * @param value   its value; null removes what the key names
     * @param records the control topic: the newest value of a key, or null
     */
    public void accept(String key, byte[] value, Function<String, byte[]> records) {
        try {
            String[] parts = key.split("/", -1);
            switch (parts[0]) {
                case ControlRecords.MANIFEST -> acceptManifest(key, parts, value, records);
                case ControlRecords.CHUNK -> acceptChunk(parts, value);
                case ControlRecords.DEPLOYMENT -> acceptDeployments(key, value);
                case ControlRecords.PREPARE -> acceptPrepare(key, value);
                default -> LOG.warn("control record with unknown key '{}' ignored", key);
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // Memory: garbage may claim a length that no heap has.
            LOG.warn("control record '{}' ignored: {}", key, e.getMessage());
        }
    }

    /** Waits until nothing is loading; says whether that was reached in time. */
    public synchronized boolean awaitLoaded(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (loading > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private void acceptManifest(String key, String[] parts, byte[] value, Function<String, byte[]> records)
            throws IOException {
        if (parts.length != 3) {
            throw new IOException("its key does not name a version");
        }
        String label = parts[1] + "@" + parts[2];
        if (value == null) {
            forget(label);
            return;
        }
        ModelManifest manifest = ControlRecords.manifest(value);
        if (!manifest.getName().equals(parts[1]) || !manifest.getVersion().equals(parts[2])) {
            throw new IOException("its manifest names " + manifest.getName() + "@" + manifest.getVersion());
        }
        // Who goes through the whole topic may come late with a record that has just been removed.
        if (records.apply(key) != null) {
            take(label, manifest, records);
        }
    }

    private void take(String label, ModelManifest manifest, Function<String, byte[]> records) {
        synchronized (this) {
            CatalogueEntry known = entries.get(label);
            if (known == null) {
                CatalogueEntry entry = new CatalogueEntry(manifest, records);
                entries.put(label, entry);
                load(entry);
                return;
            }
            known.removed = false;
            known.records = records;
            if (manifest.equals(known.manifest) || manifest.equals(known.refused)) {
                return;
            }
            boolean rejected = known.version.verdict() == ModelVersion.Verdict.REJECTED;
            ModelId id = CatalogueEntry.id(manifest);
            if (!rejected && !known.version.id().equals(id)) {
                known.refused = manifest;
                LOG.warn(
                        "{} is published again as {}; a version never changes, the first goes on",
                        known.version.id(),
                        id);
                return;
            }
            known.manifest = manifest;
            if (rejected) {
                load(known);
                return;
            }
            if (known.version.verdict() == ModelVersion.Verdict.READY) {
                known.version = known.version.republished(manifest, signers(manifest));
            }
        }
        listeners.forEach(CatalogueListener::onChange);
    }

    /** Who signed a version that is in use: it stays in use, whatever becomes of its signatures. */
    private List<String> signers(ModelManifest manifest) {
        try {
            return rules.keys().check(manifest);
        } catch (InvalidModelException e) {
            LOG.warn(
                    "{} is published again, and would be rejected now: {}",
                    CatalogueEntry.id(manifest),
                    e.getMessage());
            return List.of();
        }
    }

    /** A version that was removed: it goes, unless a deployment names it. */
    private void forget(String label) {
        synchronized (this) {
            CatalogueEntry entry = entries.get(label);
            if (entry == null) {
                return;
            }
            entry.removed = true;
            if (isNamed(entry)) {
                LOG.warn(
                        "{} was removed from the control topic, but a deployment names it: it stays until this instance"
                                + " stops",
                        label);
                return;
            }
            entries.remove(label);
            refresh();
        }
        LOG.info("model {} was removed", label);
        listeners.forEach(CatalogueListener::onChange);
    }

    private synchronized void acceptChunk(String[] parts, byte[] value) {
        CatalogueEntry entry = parts.length == 4 && value != null ? entries.get(parts[1] + "@" + parts[2]) : null;
        if (entry != null && entry.lack == CatalogueEntry.Lack.CHUNK) {
            load(entry);
        }
    }

    /** Starts to load a version; called with the lock held. */
    private void load(CatalogueEntry entry) {
        ModelManifest manifest = entry.manifest;
        Function<String, byte[]> records = entry.records;
        entry.version = ModelVersion.loading(manifest);
        entry.lack = CatalogueEntry.Lack.NOTHING;
        loader.execute(() -> finish(entry, manifest, records));
        loading++;
    }

    private void finish(CatalogueEntry entry, ModelManifest manifest, Function<String, byte[]> records) {
        ModelVersion outcome;
        CatalogueEntry.Lack lack = CatalogueEntry.Lack.NOTHING;
        try {
            outcome = compile(entry, manifest, records);
        } catch (Assembly.ChunkMissingException e) {
            outcome = ModelVersion.rejected(manifest, e.getMessage());
            lack = CatalogueEntry.Lack.CHUNK;
        } catch (MemoryShortException e) {
            outcome = ModelVersion.rejected(manifest, e.getMessage());
            lack = CatalogueEntry.Lack.MEMORY;
        } catch (OutOfMemoryError e) {
            outcome = ModelVersion.rejected(manifest, e + "; give the program more memory, or remove models");
            lack = CatalogueEntry.Lack.MEMORY;
        } catch (RuntimeException | StackOverflowError e) {
            outcome = ModelVersion.rejected(manifest, reason(e));
        }
        if (settle(entry, manifest, outcome, lack)) {
            report(outcome);
        }
    }

    /** Puts the outcome of loading in its place; says whether it is to be told. */
    private synchronized boolean settle(
            CatalogueEntry entry, ModelManifest manifest, ModelVersion outcome, CatalogueEntry.Lack lack) {
        loading--;
        notifyAll();
        if (entries.get(outcome.id().label()) != entry) {
            return false; // Removed meanwhile.
        }
        boolean republished = !entry.manifest.equals(manifest);
        if (republished && outcome.verdict() == ModelVersion.Verdict.REJECTED) {
            load(entry);
            return false;
        }
        entry.version = republished ? outcome.republished(entry.manifest, signers(entry.manifest)) : outcome;
        entry.lack = lack;
        entry.idleSince = clock.getAsLong();
        refresh();
        return true;
    }

    private ModelVersion compile(CatalogueEntry entry, ModelManifest manifest, Function<String, byte[]> records) {
        ModelId id = CatalogueEntry.id(manifest);
        List<String> signedBy = rules.keys().check(manifest);
        assembly.checkClaims(manifest);
        makeRoom(entry, CatalogueRules.leastMemory(manifest));
        ModelFile file = ModelFile.read(assembly.assemble(manifest, records), rules.maxTensors());
        if (!file.id().equals(id)) {
            throw new InvalidModelException(
                    "the file is " + file.id() + ", not " + id + "; publish model files as 'eddy import' wrote them");
        }
        makeRoom(entry, CatalogueRules.memory(file));
        LiveModel model = LiveModel.compile(id, file.spec(), file).with(rules.states());
        makeRoom(entry, model.memoryBytes());
        model.warmUp();
        return ModelVersion.ready(manifest, model, signedBy);
    }

    private static String reason(Throwable e) {
        return e instanceof InvalidModelException ? e.getMessage() : e.toString();
    }

    private void report(ModelVersion version) {
        if (version.verdict() == ModelVersion.Verdict.READY) {
            String engine = version.model().network().engine();
            LOG.info(
                    "model {} is READY{}, {} bytes of memory",
                    version.id(),
                    engine == null ? "" : " on " + engine,
                    version.memoryBytes());
        } else {
            LOG.warn("model {} is REJECTED: {}", version.id(), version.reason());
        }
        listeners.forEach(listener -> listener.onVersion(version));
    }

    /** More models than memory was set aside for. */
    private static final class MemoryShortException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MemoryShortException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Sees to it that a model has room. For one that is to score, models that nobody asked for make room, the longest idle
     * first.
     *
     * @throws MemoryShortException if there is no room
     */
    private void makeRoom(CatalogueEntry entry, long bytes) {
        List<CatalogueEntry> evicted = new ArrayList<>();
        try {
            synchronized (this) {
                List<CatalogueEntry> idle = entries.values().stream()
                        .filter(other -> other.version.isLoaded() && !isWanted(other))
                        .sorted(Comparator.comparingLong(other -> other.idleSince))
                        .toList();
                for (int i = 0; isWanted(entry) && i < idle.size() && !fits(bytes); i++) {
                    idle.get(i).version = idle.get(i).version.unloaded();
                    evicted.add(idle.get(i));
                }
                if (!fits(bytes)) {
                    throw new MemoryShortException(shortage(bytes));
                }
            }
        } finally {
            if (!evicted.isEmpty()) {
                evicted.forEach(other -> LOG.info("model {} is unloaded to make room", other.version.id()));
                listeners.forEach(CatalogueListener::onChange);
            }
        }
    }

    private boolean fits(long bytes) {
        return bytes <= rules.memoryBytes() - used();
    }

    private long used() {
        return entries.values().stream()
                .mapToLong(entry -> entry.version.memoryBytes())
                .sum();
    }

    private String shortage(long bytes) {
        String loaded = entries.values().stream()
                .filter(entry -> entry.version.isLoaded())
                .map(entry -> entry.version.id().label() + " takes " + entry.version.memoryBytes())
                .collect(Collectors.joining(", "));
        return "the model takes at least " + bytes + " bytes of memory; eddy.model.memory.bytes allows "
                + rules.memoryBytes() + ", of which "
                + (loaded.isEmpty() ? "nothing is used" : used() + " are used: " + loaded)
                + "; raise it, or let old versions go with 'eddy models prune --history 2'";
    }

    /** Whether a deployment names a version; called with the lock held. */
    private boolean isNamed(CatalogueEntry entry) {
        return isNamed(CatalogueEntry.id(entry.manifest));
    }

    private boolean isNamed(ModelId id) {
        return histories.values().stream().anyMatch(history -> history.names(id));
    }

    /** Whether a deployment names a version, or is about to; called with the lock held. */
    private boolean isWanted(CatalogueEntry entry) {
        ModelId id = CatalogueEntry.id(entry.manifest);
        boolean asked = prepared.contains(id) && clock.getAsLong() < preparedAt + PREPARED_MS;
        return asked || isNamed(entry);
    }

    /** Takes models out of memory that no deployment has named for a while. */
    void unloadIdle() {
        List<ModelId> unloaded = new ArrayList<>();
        synchronized (this) {
            long now = clock.getAsLong();
            for (CatalogueEntry entry : entries.values()) {
                if (entry.version.isLoaded() && !isWanted(entry) && now - entry.idleSince >= rules.unloadMs()) {
                    entry.version = entry.version.unloaded();
                    unloaded.add(entry.version.id());
                }
            }
        }
        if (!unloaded.isEmpty()) {
            unloaded.forEach(id -> LOG.info("model {} is unloaded: no deployment names it", id));
            listeners.forEach(CatalogueListener::onChange);
        }
    }

    private void acceptPrepare(String key, byte[] value) throws IOException {
        if (!key.equals(ControlRecords.prepareKey(pipeline)) || value == null) {
            return;
        }
        PrepareRecord record = ControlRecords.prepare(value);
        List<ModelId> models = ControlRecords.models(record);
        synchronized (this) {
            if (record.getRequestedAt() <= preparedAt) {
                return;
            }
            preparedAt = record.getRequestedAt();
            prepared = models;
            models.forEach(this::prepare);
        }
        listeners.forEach(CatalogueListener::onChange);
    }

    /** Loads a version that is about to be deployed; called with the lock held. */
    private void prepare(ModelId model) {
        CatalogueEntry entry = entries.get(model.label());
        if (entry != null && CatalogueEntry.id(entry.manifest).equals(model)) {
            entry.idleSince = clock.getAsLong();
            if (entry.canBeLoaded()) {
                LOG.info("model {} is about to be deployed: it is loaded", model);
                load(entry);
            }
        }
    }

    private void acceptDeployments(String key, byte[] value) throws IOException {
        String name = nameOf(key);
        if (name == null || value == null) {
            return;
        }
        DeploymentHistory newer = ControlRecords.deployments(value);
        if (!name.equals(ANY)) {
            newer.requireName(name);
        }
        boolean shortened;
        synchronized (this) {
            DeploymentHistory before = history(name);
            shortened = newer.isShortened(before);
            if (newer.newestGeneration() <= before.newestGeneration() && !shortened) {
                return;
            }
            histories.put(name, newer);
            entries.values().removeIf(entry -> entry.removed && !isNamed(entry));
            entries.values().forEach(entry -> follow(entry, before));
            refresh();
        }
        String whose = name.equals(ANY) ? pipeline : pipeline + ", model " + name;
        if (shortened) {
            LOG.info(
                    "the deployments of pipeline {} were shortened to {}",
                    whose,
                    newer.deployments().size());
            listeners.forEach(CatalogueListener::onChange);
            return;
        }
        Deployment newest = newer.deployments().get(newer.deployments().size() - 1);
        LOG.info(
                "deployment {} of pipeline {}: {} from event time {} on, transition {}, challenger {}",
                newest.generation(),
                whose,
                newest.model(),
                EventTime.text(newest.from()),
                newest.transition(),
                newest.challenger() == null ? "none" : newest.challenger().model());
        listeners.forEach(listener -> listener.onDeployment(newest));
    }

    /** The model name for which a record holds deployments; null if they are of no concern here. */
    private synchronized String nameOf(String key) {
        String mine = ControlRecords.deploymentKey(pipeline);
        if (!byName) {
            return key.equals(mine) ? ANY : null;
        }
        return key.startsWith(mine + "/") && key.length() > mine.length() + 1 ? key.substring(mine.length() + 1) : null;
    }

    /** What other deployments mean for a version; called with the lock held. */
    private void follow(CatalogueEntry entry, DeploymentHistory before) {
        ModelId id = CatalogueEntry.id(entry.manifest);
        if (isNamed(id) && entry.canBeLoaded()) {
            LOG.warn("model {} is deployed but not loaded: it is loaded now, until then older deployments score", id);
            load(entry);
        } else if (!isNamed(id) && before.names(id)) {
            entry.idleSince = clock.getAsLong();
        }
    }

    /** Makes the snapshot of what can score; called with the lock held. */
    private void refresh() {
        if (!byName) {
            live = LiveDeployments.of(history(ANY), this::loaded);
            return;
        }
        Map<String, NamedDeployments.Deployed> deployed = new TreeMap<>();
        histories.forEach((name, history) ->
                deployed.put(name, new NamedDeployments.Deployed(history, LiveDeployments.of(history, this::loaded))));
        Set<String> published =
                entries.values().stream().map(entry -> entry.manifest.getName()).collect(Collectors.toSet());
        named = new NamedDeployments(deployed, published);
    }

    /** A model that can score here; null if it is not in memory. */
    private LiveModel loaded(ModelId id) {
        CatalogueEntry entry = entries.get(id.label());
        boolean there =
                entry != null && entry.version.isLoaded() && entry.version.id().equals(id);
        return there ? entry.version.model() : null;
    }

    @Override
    public void close() {
        loader.shutdownNow();
    }
}
